"""What the holder of a token may write: which operations, in which graphs, until when."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cppcc_graph.errors import BadGrant, NotGranted

OPERATIONS = ("update", "put", "post", "delete", "patch", "publish", "revert", "restore")
"""What a token can be for."""
ALL_GRAPHS = ("*",)

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PATTERN = re.compile(r"""\*|[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\*]*\*?""")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """
    What the holder of a token may write.

    Attributes:
        name: Of the token: 1 to 64 letters, digits, ``.``, ``_`` and ``-``; never given twice.
        graphs: IRIs of named graphs; one that ends in ``*`` stands for all that begin like it.
        operations: Some of `OPERATIONS`.
        until: The first instant at which the token is not accepted any more, in UTC; None when there is none.
    """

    name: str
    graphs: tuple[str, ...] = ALL_GRAPHS
    operations: tuple[str, ...] = OPERATIONS
    until: datetime | None = None

    def allows_graph(self, iri: str | None) -> bool:
        """
        Whether the graph *iri* may be written; IRIs are compared letter by letter.

        None is the default graph, which every graph is part of: only a token for all of them reaches it.
        """
        if iri is None:
            return "*" in self.graphs
        return any(_fits(pattern, iri) for pattern in self.graphs)

    def allows(self, operation: str) -> bool:
        """Whether it is for this one of `OPERATIONS`."""
        return operation in self.operations

    def check(self, operation: str) -> None:
        """
        Lets only an allowed operation pass.

        Raises:
            NotGranted: it is not for this one.
        """
        if not self.allows(operation):
            raise NotGranted.operation(self.name, operation)

    def check_graph(self, iri: str | None) -> None:
        """
        Lets only an allowed graph pass; None is the default graph.

        Raises:
            NotGranted: it is not for this one.
        """
        if not self.allows_graph(iri):
            raise NotGranted.graph(self.name, iri)

    def is_over(self, now: datetime) -> bool:
        """Whether it has expired at the instant *now*."""
        return self.until is not None and self.until <= now


def check_grant(grant: Grant) -> None:
    """
    Lets only a well-formed grant pass.

    Raises:
        BadGrant: its name or a pattern is malformed, or it allows nothing.
    """
    if not _NAME.fullmatch(grant.name):
        raise BadGrant(f"“{grant.name[:80]}” is no name: 1 to 64 letters, digits, dots, hyphens and underscores")
    for pattern in grant.graphs:
        if not _PATTERN.fullmatch(pattern):
            raise BadGrant(f"“{pattern}” is neither the IRI of a graph nor its beginning with * as the last character")
    for operation in grant.operations:
        if operation not in OPERATIONS:
            raise BadGrant(f"“{operation}” is no operation; there are: {', '.join(OPERATIONS)}")
    if not (grant.graphs and grant.operations):
        raise BadGrant("a token without a graph or without an operation allows nothing")


def end_of(text: str) -> datetime:
    """
    The first instant after a date, or the instant itself, in UTC.

    Args:
        text: ``2027-01-31``, all of that day in UTC, or ``2027-01-31T18:00:00``, in UTC unless it says otherwise.

    Raises:
        BadGrant: it is neither.

    Spec: XML Schema 1.1 Part 2, sections 3.3.7 (dateTime) and 3.3.9 (date).
    """
    try:
        if _DAY.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC) + timedelta(days=1)
        if _INSTANT.fullmatch(text):
            given = datetime.fromisoformat(text)
            return given.astimezone(UTC) if given.tzinfo else given.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    raise BadGrant(f"“{text[:80]}” is neither a date such as 2027-01-31 nor 2027-01-31T18:00:00Z")


def _fits(pattern: str, iri: str) -> bool:
    return iri.startswith(pattern[:-1]) if pattern.endswith("*") else iri == pattern
