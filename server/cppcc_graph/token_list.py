"""What ``tokens.json`` says: which tokens there are, and which names are taken for ever."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypedDict, cast

from cppcc_graph.errors import BadGrant
from cppcc_graph.grants import Grant, check_grant

_ID = re.compile(r"[0-9a-f]{16}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """
    A token as the file knows it.

    Attributes:
        id: 16 hexadecimal digits, part of the token and no secret.
        digest: SHA-256 of the whole token, in hexadecimal digits.
        grant: What it is for.
        created: When it was made, in UTC.
    """

    id: str
    digest: str
    grant: Grant
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All of the file: the tokens in the order in which they were made, and the names that were revoked."""

    issued: tuple[Issued, ...] = ()
    revoked: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Every name that was ever given."""
        return [*(known.grant.name for known in self.issued), *self.revoked]


class _Entry(TypedDict):
    id: str
    sha256: str
    name: str
    graphs: list[str]
    operations: list[str]
    until: str | None
    created: str


class _Document(TypedDict):
    version: int
    tokens: list[_Entry]
    revoked: list[str]


def document_of(contents: Contents) -> object:
    """The contents as JSON has them."""
    return _document(contents)


def contents_of(document: object) -> Contents:
    """
    The contents of :func:`document_of`.

    Raises:
        ValueError: *document* is anything else.
    """
    try:
        return _contents(cast("_Document", document))  # whatever it is, it is looked at
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, BadGrant) as error:
        raise ValueError("no list of tokens") from error


def _document(contents: Contents) -> _Document:
    return _Document(version=_VERSION, tokens=list(map(_entry, contents.issued)), revoked=list(contents.revoked))


def _entry(issued: Issued) -> _Entry:
    grant = issued.grant
    return _Entry(
        id=issued.id,
        sha256=issued.digest,
        name=grant.name,
        graphs=list(grant.graphs),
        operations=list(grant.operations),
        until=grant.until.isoformat() if grant.until else None,
        created=issued.created.isoformat(),
    )


def _contents(document: _Document) -> Contents:
    if document["version"] != _VERSION:
        raise ValueError("another version")
    read = Contents(issued=tuple(map(_issued, document["tokens"])), revoked=tuple(map(str, document["revoked"])))
    if len({*read.names}) != len(read.names) or len({known.id for known in read.issued}) != len(read.issued):
        raise ValueError("something stands there twice")
    return read


def _issued(entry: _Entry) -> Issued:
    until = entry["until"]
    grant = Grant(
        name=entry["name"],
        graphs=tuple(entry["graphs"]),
        operations=tuple(entry["operations"]),
        until=None if until is None else datetime.fromisoformat(until).astimezone(UTC),
    )
    check_grant(grant)
    if not (_DIGEST.fullmatch(entry["sha256"]) and _ID.fullmatch(entry["id"])):
        raise ValueError("no token")
    return Issued(id=entry["id"], digest=entry["sha256"], grant=grant, created=datetime.fromisoformat(entry["created"]))
