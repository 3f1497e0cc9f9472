"""The branch of the exception tree about who may write; ``errors`` draws the whole tree. No error holds a token."""

from collections.abc import Sequence

from cppcc_graph.phrases import filled, mark
from cppcc_graph.syntax_errors import CppccError


class Unauthorised(CppccError):
    """
    A write without a token, or with one that is not accepted.

    Attributes:
        reason: What is wrong with it and what to do, in English; the same for an unknown token and a wrong secret.
        code: ``invalid_token``, or empty when none was sent.

    Spec: RFC 6750, section 3.1 (error codes).
    """

    def __init__(self, reason: str, *, code: str = "invalid_token") -> None:
        self.reason = reason
        self.code = code
        super().__init__(reason)


class NotGranted(CppccError):
    """
    A valid token that does not reach as far as the write.

    Attributes:
        name: Of the token.
        template: What it may not do, in English, with places for `values`; see `phrases.filled`.
        values: What is filled in.
    """

    def __init__(self, name: str, *, reason: str, values: Sequence[str]) -> None:
        self.name = name
        self.template = reason
        self.values = tuple(values)
        super().__init__(filled(reason, self.values))

    @classmethod
    def operation(cls, name: str, operation: str) -> "NotGranted":
        """The token called *name* is not for this *operation*."""
        return cls(name, reason=mark("the token “%(name)s” is not for: %(operation)s"), values=(name, operation))

    @classmethod
    def graph(cls, name: str, iri: str | None) -> "NotGranted":
        """The token called *name* is not for the graph *iri*, or not for the default graph, None."""
        if iri is None:
            return cls(
                name,
                reason=mark("the token “%(name)s” is for some named graphs, and not for the default graph"),
                values=(name,),
            )
        reason = mark("the token “%(name)s” is not for the graph <%(graph)s>")
        return cls(name, reason=reason, values=(name, iri))


class TooManyAttempts(CppccError):
    """
    Another token that is not accepted, after many others from the same address.

    Attributes:
        retry_after_s: Seconds after which the next one is looked at again.
    """

    def __init__(self, *, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"too many tokens from this address were not accepted; try again in {retry_after_s} s")


class BadGrant(CppccError):
    """
    A token that cannot be made or revoked as asked.

    Attributes:
        reason: What is wrong and what to do.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
