"""What somebody asks to be done to the data, unparsed, and who asks; what came of it."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from cppcc_graph.errors import CppccError
from cppcc_graph.grants import Grant
from cppcc_graph.store.base import Document, GraphWrite, UpdateRequest
from cppcc_graph.store.commits import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphUpdate:
    """An update of one graph, which is its default graph. Spec: Graph Store HTTP Protocol, section 5.7 (PATCH)."""

    graph_iri: str
    request: UpdateRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRemoval:
    """A named graph goes. Spec: SPARQL 1.1 Graph Store HTTP Protocol, section 5.4 (DELETE)."""

    graph_iri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetWrite:
    """
    Named graphs become what a document says of them.

    Attributes:
        document: In a format that names graphs.
        is_replacing_all: Whether graphs that it does not name go away.
    """

    document: Document
    is_replacing_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """All that was changed after *version* is undone."""

    version: int


Asked: TypeAlias = UpdateRequest | GraphUpdate | GraphWrite | GraphRemoval | DatasetWrite | Reversal


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """
    A change that somebody proposes.

    Attributes:
        asked: What shall be done.
        operation: The way in, as history tells it.
        agent: Who asks: the name of a token, or ``local:`` and a user.
        message: Why, in at most `commits.MAX_MESSAGE` characters.
        grant: Which graphs may change; None for all of them.
        expected: Versions of which one must be the present one; empty when any may be.
        only_if_new: A graph that must not be there yet; empty when none need.
        only_if_there: A graph that must be there; empty when none need.
        is_dry_run: Whether only to tell what would come of it.
        may_wait: Whether who asks can be told later, when judging takes long.
    """

    asked: Asked
    operation: Operation
    agent: str
    message: str = ""
    grant: Grant | None = None
    expected: tuple[int, ...] = ()
    only_if_new: str = ""
    only_if_there: str = ""
    is_dry_run: bool = False
    may_wait: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What came of a proposal.

    Attributes:
        version: The version of the data now; the one before when nothing was committed.
        is_committed: Whether the data have changed: not by a dry run, a refusal, or a change that changes nothing.
        n_added: Quads that come, or would.
        n_removed: Quads that go, or would.
        graphs: IRIs of the graphs that change, or would.
        new_graphs: Those of them that did not exist.
        counts: For each of the graphs, quads that come and quads that go.
        conforms: Whether the data keep the shapes afterwards.
        findings: JSON of each finding.
        report: The ``sh:ValidationReport`` in N-Triples.
        n_focus_nodes: Focus nodes that the change could affect.
        skolemised: For a dry run with blank nodes, the quads that come with IRIs in their place, in N-Quads.
    """

    version: int
    is_committed: bool
    n_added: int
    n_removed: int
    graphs: tuple[str, ...]
    new_graphs: tuple[str, ...]
    counts: dict[str, tuple[int, int]]
    conforms: bool
    findings: tuple[dict[str, object], ...]
    report: str
    n_focus_nodes: int
    skolemised: str = ""


@dataclass(slots=True, kw_only=True)
class Job:
    """
    A proposal whose judging takes long, so that its sender does not wait.

    Attributes:
        key: Names it in its address; nobody can guess it.
        operation: The way in.
        agent: Who asked.
        n_focus_nodes: How many are judged.
        verdict: What came of it, once it is over.
        failure: Or why nothing came of it.
    """

    key: str
    operation: Operation
    agent: str
    n_focus_nodes: int
    verdict: Verdict | None = None
    failure: CppccError | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, one way or the other."""
        return self.verdict is not None or self.failure is not None


class Writable(Protocol):
    """A store whose data change through a gate."""

    def propose(self, proposal: Proposal) -> Verdict | Job:
        """
        What came of it, or where to look later.

        Raises:
            CppccError: as `Gate.propose` tells.
        """

    def job(self, key: str) -> Job | None:
        """One of the jobs of this server's life, the last ones of them; None for another name."""
