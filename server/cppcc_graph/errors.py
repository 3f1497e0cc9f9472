"""
Everything that can go wrong and is said in words.

::

    CppccError
    ├── BadSyntax(message, line, column, source)      text that does not parse: a query, a data file
    │   ├── UnknownFunction(… token)                  a call of a function that does not exist here
    │   └── TooComplex(message, line, column, source) a query above the size or nesting limit, refused unparsed
    ├── BadSource(reason, path)                       a file or folder that cannot be used
    ├── BadSetting(name, reason)                      an option or environment variable with a wrong value
    ├── BadShapes(message)                            shapes that cannot judge
    ├── WrongText(message)                            a report's text that is missing, or is another one
    ├── NotConforming(findings)                       data that breaks the shapes
    ├── UnknownEntity(iri)                            no statement is about this IRI
    ├── RemovedEntity(iri, version)                   what was said of this IRI has been removed
    ├── UnknownGraph(iri)                             the dataset has no such named graph
    ├── UnknownFormat(name, known)                    no such format, whatever the answer
    ├── UnsuitableFormat(requested, form, suitable)   a known format that cannot hold this kind of answer
    ├── ServiceRefused(line, column)                  SERVICE: this endpoint asks no other endpoint
    ├── ServiceNotAllowed(endpoint, reason)           SERVICE: an endpoint that is not asked from here
    ├── ServiceFailed(endpoint, reason)               SERVICE: an endpoint that did not answer as it should
    ├── Unauthorised(reason, code)                    a write without a token, or with one that is not accepted
    ├── NotGranted(name, reason, values)              a token that does not reach as far as the write
    ├── TooManyAttempts(retry_after_s)                one wrong token too many from one address
    ├── BadGrant(reason)                              a token that cannot be made or revoked as asked
    ├── UpdateRefused(keyword, line, column)          an update at an endpoint that only reads
    ├── LoadRefused(line, column)                     LOAD: nothing is fetched or opened for an update
    ├── UpdateFailed(reason)                          an update that the data as they are do not allow
    │   └── Unkeepable(reason)                        a change that brings terms which are not kept
    ├── Outdated(version)                             a change made for another version of the data
    ├── WriteInterrupted()                            a write whose outcome is not known
    ├── JudgementInterrupted(retry_after_s)           a change whose judge was ended; nothing was changed
    ├── NoHistory()                                   a question about earlier versions where none are kept
    ├── UnknownVersion(version, last)                 a version that the data never had
    ├── TooManyChanges(n, limit)                      versions that lie too far apart to be gone through
    ├── ReadOnly()                                    a write at a store that only reads
    ├── QueryTimeout(deadline_s)                      a query that did not end in time; it was stopped
    ├── QueryKilled(memory_mib)                       a query that ended the process that evaluated it
    ├── AnswerTooLarge(limit_bytes)                   an answer above the size that is sent
    ├── StoreBusy(retry_after_s)                      try again later
    └── StoreUnavailable(reason)                      the store cannot be opened or read
        ├── NotWhole(reason)                          an answer of a remote engine that breaks off
        └── NotKept(reason)                           a change that the disk did not take

No HTTP here: status codes exist only in ``web``, exit statuses only in ``cli``.
"""

from collections.abc import Sequence

from cppcc_graph.access_errors import BadGrant as BadGrant
from cppcc_graph.access_errors import NotGranted as NotGranted
from cppcc_graph.access_errors import TooManyAttempts as TooManyAttempts
from cppcc_graph.access_errors import Unauthorised as Unauthorised
from cppcc_graph.service_errors import NotKept as NotKept
from cppcc_graph.service_errors import NotWhole as NotWhole
from cppcc_graph.service_errors import ServiceFailed as ServiceFailed
from cppcc_graph.service_errors import ServiceNotAllowed as ServiceNotAllowed
from cppcc_graph.service_errors import ServiceRefused as ServiceRefused
from cppcc_graph.service_errors import StoreUnavailable as StoreUnavailable
from cppcc_graph.syntax_errors import BadSyntax as BadSyntax
from cppcc_graph.syntax_errors import CppccError as CppccError
from cppcc_graph.syntax_errors import TooComplex as TooComplex
from cppcc_graph.syntax_errors import UnknownFunction as UnknownFunction
from cppcc_graph.syntax_errors import place as place
from cppcc_graph.write_errors import JudgementInterrupted as JudgementInterrupted
from cppcc_graph.write_errors import NoHistory as NoHistory
from cppcc_graph.write_errors import Outdated as Outdated
from cppcc_graph.write_errors import RemovedEntity as RemovedEntity
from cppcc_graph.write_errors import TooManyChanges as TooManyChanges
from cppcc_graph.write_errors import Unkeepable as Unkeepable
from cppcc_graph.write_errors import UnknownVersion as UnknownVersion
from cppcc_graph.write_errors import UpdateFailed as UpdateFailed
from cppcc_graph.write_errors import WriteInterrupted as WriteInterrupted


class BadSource(CppccError):
    """
    A file or folder that cannot be used at all.

    Attributes:
        reason: What is wrong and what to do.
        path: The path as the user gave it.
    """

    def __init__(self, reason: str, *, path: str) -> None:
        self.reason = reason
        self.path = path
        super().__init__(f"{path}: {reason}")


class BadSetting(CppccError):
    """
    An option or environment variable with a wrong value.

    Attributes:
        name: As the user knows it: ``port``, ``CPPCC_PORT``.
        reason: What is wrong with the value.
    """

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"{name}: {reason}")


class BadShapes(CppccError):
    """A shapes graph that cannot judge: no SHACL term, no rule at all, or a shape that is ill-formed."""


class WrongText(CppccError):
    """The folder does not hold the text that the graph counts in; ``str()`` says what was looked for and what to do."""


class NotConforming(CppccError):
    """
    Data that break the shapes; nothing was changed.

    Attributes:
        findings: One sentence each, for a curator.
    """

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        count = len(self.findings)
        super().__init__(f"the data do not conform to the shapes: {count} finding{'s' * (count != 1)}")


class UnknownEntity(CppccError):
    """No statement is about this IRI."""

    def __init__(self, iri: str) -> None:
        self.iri = iri
        super().__init__(f"nothing is known about <{iri}>")


class UnknownGraph(CppccError):
    """The dataset has no such named graph."""

    def __init__(self, iri: str) -> None:
        self.iri = iri
        super().__init__(f"the dataset has no named graph <{iri}>")


class UnknownFormat(CppccError):
    """
    No format has this name.

    Attributes:
        name: What was asked for.
        known: Names that can be used instead.
    """

    def __init__(self, name: str, *, known: Sequence[str]) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(f"unknown format '{name}'; known are: {', '.join(self.known)}")


class UnsuitableFormat(CppccError):
    """
    None of the requested formats can hold this kind of answer.

    Attributes:
        requested: Names of the requested formats.
        form: What the query answers with: ``solutions``, ``boolean`` or ``graph``.
        suitable: Names of formats that can hold it.
    """

    def __init__(self, requested: Sequence[str], *, form: str, suitable: Sequence[str]) -> None:
        self.requested = tuple(requested)
        self.form = form
        self.suitable = tuple(suitable)
        nouns = {"solutions": "a table of solutions", "boolean": "a yes or no", "graph": "a graph"}
        super().__init__(
            f"this query answers with {nouns.get(form, form)}, which {' and '.join(requested)} cannot hold; "
            f"use one of: {', '.join(self.suitable)}"
        )


class UpdateRefused(CppccError):
    """
    A SPARQL Update at an endpoint that only reads.

    Attributes:
        keyword: The word that begins the update, in capitals.
    """

    def __init__(self, keyword: str, *, line: int, column: int) -> None:
        self.keyword = keyword
        self.line = line
        self.column = column
        super().__init__(
            f"{place(line, column)}: {keyword} is a SPARQL Update; this endpoint only answers queries "
            "(SELECT, ASK, CONSTRUCT, DESCRIBE)"
        )


class LoadRefused(CppccError):
    """An update that loads a document by its address (``LOAD``)."""

    def __init__(self, *, line: int, column: int) -> None:
        self.line = line
        self.column = column
        super().__init__(
            f"{place(line, column)}: LOAD is refused, because an update opens no connection and no file; "
            "send the document to /graphs, or write it into INSERT DATA"
        )


class ReadOnly(CppccError):
    """A write at a store that only reads."""

    def __init__(self) -> None:
        super().__init__("this store is only read; the data change where they are published")


class QueryTimeout(CppccError):
    """
    A query that did not end in time and was stopped.

    Attributes:
        deadline_s: The time that it had, in seconds.
    """

    def __init__(self, *, deadline_s: float) -> None:
        self.deadline_s = deadline_s
        super().__init__(
            f"the query was stopped after {deadline_s:g} s; ask for less: fix a subject or a graph, join on fewer "
            "patterns, add LIMIT"
        )


class QueryKilled(CppccError):
    """
    A query that ended the process that evaluated it, by asking for more memory than there is or by a fault.

    Attributes:
        memory_mib: The memory that a query may use, in MiB.
    """

    def __init__(self, *, memory_mib: int) -> None:
        self.memory_mib = memory_mib
        super().__init__(
            f"the query ended the process that evaluated it; a query may use {memory_mib:,} MiB: sort and group fewer "
            "rows, or ask in parts"
        )


class AnswerTooLarge(CppccError):
    """
    An answer above the size that is sent; nothing of it was sent.

    Attributes:
        limit_bytes: The most that one answer may have.
    """

    def __init__(self, *, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        super().__init__(
            f"the answer has more than {limit_bytes:,} bytes; ask in parts with ORDER BY, LIMIT and OFFSET"
        )


class StoreBusy(CppccError):
    """
    The store cannot take this now.

    Attributes:
        retry_after_s: Seconds after which trying again makes sense.
    """

    def __init__(self, *, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"the store is busy; try again in {retry_after_s} s")
