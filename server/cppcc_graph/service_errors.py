"""The branches of the exception tree about ``SERVICE`` and failing stores; ``errors`` draws the whole tree."""

from collections.abc import Sequence

from cppcc_graph.phrases import filled
from cppcc_graph.syntax_errors import CppccError, place


class ServiceRefused(CppccError):
    """A query that asks another endpoint (``SERVICE``)."""

    def __init__(self, *, line: int, column: int) -> None:
        self.line = line
        self.column = column
        super().__init__(
            f"{place(line, column)}: SERVICE is refused, because this endpoint opens no connection to others; "
            "ask both endpoints and join the answers, or run a SPARQL engine of your own over both"
        )


class ServiceNotAllowed(CppccError):
    """
    A query asks an endpoint that is not asked from here; nothing was sent.

    Attributes:
        endpoint: Its IRI.
        reason: Why not, in English.
        template: `reason` with places for `values`; see `phrases.filled`.
        values: What is filled in.
    """

    def __init__(self, *, endpoint: str, reason: str, values: Sequence[str] = ()) -> None:
        self.endpoint = endpoint
        self.template = reason
        self.values = tuple(values)
        self.reason = filled(reason, self.values)
        super().__init__(f"SERVICE <{endpoint}> is refused: {self.reason}")


class ServiceFailed(CppccError):
    """
    An endpoint that a query asks did not answer as it should.

    Attributes:
        endpoint: Its IRI.
        reason: What was wrong, in English.
        template: `reason` with places for `values`; see `phrases.filled`.
        values: What is filled in.
    """

    def __init__(self, *, endpoint: str, reason: str, values: Sequence[str] = ()) -> None:
        self.endpoint = endpoint
        self.template = reason
        self.values = tuple(values)
        self.reason = filled(reason, self.values)
        super().__init__(f"SERVICE <{endpoint}> failed: {self.reason}; SERVICE SILENT would go on without it")


class StoreUnavailable(CppccError):
    """
    The store cannot be opened or read.

    Attributes:
        reason: What is wrong and what to do.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NotKept(StoreUnavailable):
    """A change that the disk did not take; nothing was changed."""


class NotWhole(StoreUnavailable):
    """An answer of a remote engine that breaks off; nothing of it is passed on."""
