"""The branch of the exception tree about changes of the data; ``errors`` draws the whole tree."""

from collections.abc import Sequence

from cppcc_graph.phrases import filled
from cppcc_graph.syntax_errors import CppccError


class UpdateFailed(CppccError):
    """
    An update that is correct and that the data as they are do not allow; nothing changed.

    Attributes:
        reason: What stands in the way, in English: a graph that is there, or one that is not.
        template: `reason` with places for `values`; see `phrases.filled`.
        values: What is filled in.
    """

    def __init__(self, reason: str, *, values: Sequence[str] = ()) -> None:
        self.template = reason
        self.values = tuple(values)
        self.reason = filled(reason, self.values)
        super().__init__(f"{self.reason}; nothing was changed. SILENT in the operation makes this no failure")


class Unkeepable(UpdateFailed):
    """A change that brings terms which are not kept here; nothing changed."""

    def __init__(self, reason: str, *, values: Sequence[str] = ()) -> None:
        super().__init__(reason, values=values)
        Exception.__init__(self, f"nothing was changed: {self.reason}")


class Outdated(CppccError):
    """
    A change that was made for another version of the data than the present one; nothing was changed.

    Attributes:
        version: The present one; 0 where versions are not counted.
    """

    def __init__(self, *, version: int = 0) -> None:
        self.version = version
        super().__init__(
            f"the data have moved on to version {version}; read them again, and send the change with that version"
            if version
            else "the data are not those that the change was made for; read them again, and send the change anew"
        )


class WriteInterrupted(CppccError):
    """A write whose process ended before it could say what came of it."""

    def __init__(self) -> None:
        super().__init__(
            "the write was interrupted, and it is not known whether it was carried out: the history of the data tells"
        )


class JudgementInterrupted(CppccError):
    """
    A change whose judge was ended before it had judged; nothing was changed.

    Attributes:
        retry_after_s: Seconds after which trying again makes sense.
    """

    def __init__(self, *, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(
            "nothing was changed: the process that judged the change was ended, or needed more memory than there is; "
            f"try again in {retry_after_s} s, or send the change in smaller pieces"
        )


class NoHistory(CppccError):
    """Something is asked about earlier versions, and none are kept here."""

    def __init__(self) -> None:
        super().__init__("no history is kept here; a server with --store DIR keeps one")


class UnknownVersion(CppccError):
    """
    A version that the data never had.

    Attributes:
        version: It, as it was given.
        last: The present one.
    """

    def __init__(self, version: str, *, last: int) -> None:
        self.version = version
        self.last = last
        super().__init__(f"the data have no version {version}; the last one is {last}")


class TooManyChanges(CppccError):
    """
    A comparison or an earlier state for which too much would have to be gone through.

    Attributes:
        n: Quads that it would be.
        limit: The most that there may be.
    """

    def __init__(self, n: int, *, limit: int) -> None:
        self.n = n
        self.limit = limit
        super().__init__(
            f"{n:,} quads would have to be gone through, and {limit:,} are the most here; take versions that lie "
            "closer together, or run cppcc diff beside the store"
        )


class RemovedEntity(CppccError):
    """
    What was said of this IRI has been removed.

    Attributes:
        iri: The IRI.
        version: Of the data that first were without it.
    """

    def __init__(self, iri: str, *, version: int) -> None:
        self.iri = iri
        self.version = version
        super().__init__(f"version {version} removed what was known about <{iri}>")
