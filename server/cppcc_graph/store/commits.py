"""What is said about a change of the data besides the change itself: before it is in the journal, and in it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, TypedDict, get_args

Operation: TypeAlias = Literal["update", "put", "post", "delete", "patch", "publish", "load", "revert", "restore"]
OPERATIONS: tuple[str, ...] = get_args(Operation)
MAX_MESSAGE = 500
"""Characters of a message."""
_BREAK = re.compile("[\t\n\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def is_plain(text: str) -> bool:
    """Whether it holds nothing but characters of a text: no control characters."""
    return not _UNPRINTABLE.search(text)


def is_line(text: str) -> bool:
    """Whether it is plain and one line, as a new message must be; older ones in a journal may have several."""
    return is_plain(text) and not _BREAK.search(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphState:
    """
    A named graph after a commit.

    Attributes:
        n_triples: Its triples.
        content_hash: As in `Store.versions`.
    """

    n_triples: int
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """
    Who changes the data, how and why, and what the data are afterwards.

    Attributes:
        agent: Name of the token that let the writer in, or ``local:`` and the name of a user of this machine.
        operation: What was asked for.
        message: Why, in the writer's words, at most `MAX_MESSAGE` characters; may be empty.
        graphs: Each changed graph by its IRI, as it is afterwards; None for one that is gone.
        data_version: `Store.version` afterwards.

    Raises:
        ValueError: the agent or the message holds control characters, the message is too long, or there is no such
            operation; ``str()`` is a sentence for the writer.
    """

    agent: str
    operation: Operation
    message: str = ""
    graphs: Mapping[str, GraphState | None]
    data_version: str

    def __post_init__(self) -> None:
        if len(self.message) > MAX_MESSAGE:
            raise ValueError(f"the message has {len(self.message):,} characters; {MAX_MESSAGE} is the most")
        if not (is_plain(self.message) and is_plain(self.agent)):
            raise ValueError("the message holds a character that is none of a text")
        if self.operation not in OPERATIONS:
            raise ValueError(f"there is no operation {self.operation}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    A commit as it stands in the journal.

    Attributes:
        version: Of the store, 1 for the first commit.
        at: When it was written, in UTC; later than that of the version before.
        commit: Who, how, why and to what effect.
        n_added: Quads that came.
        n_removed: Quads that went.
        previous: SHA-256 of the record of the version before, in hexadecimal; zeros for the first.
        hash: SHA-256 of this record.
    """

    version: int
    at: datetime
    commit: Commit
    n_added: int
    n_removed: int
    previous: str
    hash: str = ""


class _Written(TypedDict):
    version: int
    at: str
    agent: str
    operation: Operation
    message: str
    n_added: int
    n_removed: int
    graphs: dict[str, tuple[int, str] | None]
    data_version: str


def entry_text(entry: Entry) -> bytes:
    """The entry as JSON, without the two hashes, which a record holds by itself."""
    commit = entry.commit
    written = _Written(
        version=entry.version,
        at=entry.at.isoformat(timespec="microseconds"),
        agent=commit.agent,
        operation=commit.operation,
        message=commit.message,
        n_added=entry.n_added,
        n_removed=entry.n_removed,
        graphs={iri: (g.n_triples, g.content_hash) if g else None for iri, g in sorted(commit.graphs.items())},
        data_version=commit.data_version,
    )
    return json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()


def read_entry(text: bytes, *, previous: str, own_hash: str) -> Entry:
    """
    The entry of :func:`entry_text`, in the record with these hashes.

    Raises:
        ValueError: the text is no such entry.
    """
    try:
        written: _Written = json.loads(text)
        graphs = {
            iri: GraphState(n_triples=g[0], content_hash=g[1]) if g else None for iri, g in written["graphs"].items()
        }
        commit = Commit(
            agent=written["agent"],
            operation=written["operation"],
            message=written["message"],
            graphs=graphs,
            data_version=written["data_version"],
        )
        return Entry(
            version=written["version"],
            at=datetime.fromisoformat(written["at"]),
            commit=commit,
            n_added=written["n_added"],
            n_removed=written["n_removed"],
            previous=previous,
            hash=own_hash,
        )
    except (TypeError, KeyError, AttributeError, IndexError) as error:
        raise ValueError(f"an entry of the journal lacks something: {error}") from error
