"""An answer of the store as HTTP sends it: status, headers and body, without Flask, for whoever writes it out."""

from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import quote

from cppcc_graph.store.base import Answer, Hint
from cppcc_graph.web.coding import choose_coding, is_worth_coding
from cppcc_graph.web.conditional import NEVER_KEEP, REVALIDATE, entity_tag, is_known, of_number

OK, NOT_MODIFIED = 200, 304
_MAX_HINT_BYTES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What a request says about the form of its answer.

    Attributes:
        accept_encoding: Its header, or empty.
        if_none_match: Its header, or None.
        vary: Header names that chose the formats.
    """

    accept_encoding: str = ""
    if_none_match: str | None = None
    vary: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)  # not frozen, which takes three times as long, once for each request
class Reply:
    """
    Attributes:
        status: 200 or 304.
        headers: Beside those that every answer carries.
        body: The document, not yet coded; empty when it lies in `file`.
        coding: What the body is to be coded with before it is sent, or empty.
        file: The document when it is too large for memory.
        n_bytes: Its length.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    coding: str = ""
    file: BinaryIO | None = None
    n_bytes: int = 0


def unchanged(opaque: str | None, asked: Asked) -> Reply | None:
    """The short reply to a client that has the answer already, or None. Spec: RFC 9110, section 15.4.5."""
    known = is_known(asked.if_none_match, opaque) if opaque else None
    if known is None:
        return None
    headers = {"ETag": known, "Cache-Control": REVALIDATE, "Vary": ", ".join((*asked.vary, "Accept-Encoding"))}
    return Reply(status=NOT_MODIFIED, headers=headers)


def reply(answer: Answer, opaque: str | None, asked: Asked) -> Reply:
    """
    The whole answer.

    Args:
        answer: Of the store.
        opaque: From `conditional.validator`.
        asked: How the client wants it.
    """
    coding, vary = "", asked.vary
    if answer.file is None and is_worth_coding(answer.n_bytes):
        coding = choose_coding(asked.accept_encoding)
        vary = (*vary, "Accept-Encoding")
    headers = {"Content-Type": answer.format.content_type}
    if opaque:
        headers["ETag"] = entity_tag(of_number(opaque, answer.number), coding)
        headers["Cache-Control"] = REVALIDATE
    else:
        headers["Cache-Control"] = NEVER_KEEP
    if coding:
        headers["Content-Encoding"] = coding
    if vary:
        headers["Vary"] = ", ".join(vary)
    if hints := hints_header(answer.hints):
        headers["Hint"] = hints
    return Reply(status=OK, headers=headers, body=answer.body, coding=coding, file=answer.file, n_bytes=answer.n_bytes)


def hints_header(hints: tuple[Hint, ...]) -> str:
    """
    Each hint as ``<…#Reprot>; did-you-mean="<…#Report>"``, separated by commas.

    What is not ASCII, quotes and percent signs are percent-encoded, so that each name and text can be told apart. As
    many as fit into 2 kB, for the sake of servers on the way; may be empty.
    """
    told = ""
    for hint in hints:
        more = f'{", " if told else ""}{_ascii(hint.written)}; did-you-mean="{_ascii(hint.suggested)}"'
        told += more if len(told) + len(more) <= _MAX_HINT_BYTES else ""
    return told


def _ascii(term: str) -> str:
    return quote(term, safe="<>:/?#[]@!$&()*+;=-._~'")
