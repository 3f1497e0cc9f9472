"""What a request does to a store that nobody else reads, as a patch; all of it, or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from cppcc_graph.errors import BadSyntax, Unkeepable, UnknownGraph
from cppcc_graph.phrases import mark
from cppcc_graph.store.base import Document, GraphWrite, UpdateRequest, named
from cppcc_graph.store.documents import graph_of, parsed
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.fingerprint import content_hash
from cppcc_graph.store.merging import in_named_graphs
from cppcc_graph.store.modifying import update
from cppcc_graph.store.patch import Patch
from cppcc_graph.store.proposal import DatasetWrite, GraphRemoval, GraphUpdate
from cppcc_graph.terms import BlankNode, Literal, NamedNode, Quad, Term, Triple

_LONGEST_QUOTE = 80
Effective: TypeAlias = UpdateRequest | GraphUpdate | GraphWrite | GraphRemoval | DatasetWrite | Patch


def carried_out(store: EmbeddedStore, asked: Effective) -> Patch:
    """
    Does what is *asked* to *store*, whose default graph is the union of its named graphs.

    Returns:
        The difference. After a failure the store is as it was.

    Raises:
        BadSyntax: it does not parse, or writes into the default graph.
        UpdateFailed: a graph is missing that must be there, or the other way round.
        Unkeepable: it adds a triple within a triple, or a text with a base direction.
        UnknownGraph: the graph to remove is not there.
        TooComplex, ServiceRefused, LoadRefused: as `Store.update` tells.
    """
    work = _Work(store)
    try:
        work.do_as_asked(asked)
    except BaseException:
        store.apply(work.done.inverse)
        raise
    return work.done


class _Work:
    """What has been done so far."""

    def __init__(self, store: EmbeddedStore) -> None:
        self._store = store
        self.done = Patch()

    def do(self, patch: Patch) -> None:
        """Carries out what of *patch* has an effect."""
        for quad in patch.added:
            _check_kept(quad.object)
        step = self._store.effective(patch)
        if step:
            self._store.apply(step)
            self.done = self.done.then(step) if self.done else step

    def do_as_asked(self, asked: Effective) -> None:
        """Carries it out step by step."""
        match asked:
            case UpdateRequest():
                update(self._store, asked, self.do)
            case GraphUpdate():
                update(self._store, asked.request, self.do, within=named(asked.graph_iri).value)
            case GraphWrite():
                self._write(asked)
            case GraphRemoval():
                self.do(Patch(removed=tuple(self._store.quads(asked.graph_iri))))
            case DatasetWrite():
                self._replace(asked)
            case Patch():
                self.do(asked)

    def _write(self, write: GraphWrite) -> None:
        if write.graph_iri is None:
            raise BadSyntax(mark("the default graph is the union of the named graphs and is only read; name a graph"))
        triples = [triple for document in write.documents for triple in graph_of(document)]
        self._put({named(write.graph_iri): triples}, is_replacing=write.is_replacing)

    def _replace(self, write: DatasetWrite) -> None:
        contents = dataset_of(write.document)
        if write.is_replacing_all:
            kept = {graph.value for graph in contents}
            self.do(Patch(removed=tuple(q for q in self._store.quads() if _name(q) not in kept)))
        self._put(contents, is_replacing=True)

    def _put(self, contents: Mapping[NamedNode, Iterable[Triple]], *, is_replacing: bool) -> None:
        new = tuple(in_named_graphs({graph: list(triples) for graph, triples in contents.items()}))
        old = tuple(quad for graph in contents for quad in self._quads(graph.value)) if is_replacing else ()
        alike = self._only_labelled_otherwise(new) if is_replacing else frozenset()
        self.do(
            Patch(
                added=tuple(quad for quad in new if _name(quad) not in alike),
                removed=tuple(quad for quad in old if _name(quad) not in alike),
            )
        )

    def _only_labelled_otherwise(self, new: Sequence[Quad]) -> frozenset[str]:
        """Graphs of *new* that differ from those in the store by nothing but the labels of blank nodes."""
        graphs: dict[str, list[Quad]] = {}
        for quad in new:
            graphs.setdefault(_name(quad), []).append(quad)
        known = self._store.versions() if any(map(_has_blank_node, new)) else {}
        return frozenset(
            iri
            for iri, quads in graphs.items()
            if iri in known and any(map(_has_blank_node, quads)) and known[iri] == content_hash(quads)
        )

    def _quads(self, graph_iri: str) -> tuple[Quad, ...]:
        try:
            return tuple(self._store.quads(graph_iri))
        except UnknownGraph:
            return ()


def dataset_of(document: Document) -> dict[NamedNode, list[Triple]]:
    """
    The triples of each named graph of a document that a client sent.

    Raises:
        BadSyntax: it does not parse, names no graph, or a triple stands in none or in one that a blank node names.
        TooComplex: it is nested too deeply.
    """
    contents: dict[NamedNode, list[Triple]] = {}
    for quad in parsed(document.content, document.format, source=document.source, base_iri=document.base_iri):
        if not isinstance(quad.graph_name, NamedNode):
            template = mark("every triple stands in a graph with an IRI; this document has others")
            raise BadSyntax(template, source=document.source)
        contents.setdefault(quad.graph_name, []).append(quad.triple)
    return contents


def _check_kept(term: Term) -> None:
    """
    Nothing, if shapes and exports can tell *term* from all others.

    Raises:
        Unkeepable: otherwise.

    Spec: RDF 1.2 Concepts, sections 3.1 (triple terms) and 3.4 (base direction of a literal).
    """
    if isinstance(term, Triple):
        raise Unkeepable(mark("a triple within a triple is not kept here; state it by a node of its own"))
    if isinstance(term, Literal) and term.direction is not None:
        template = mark(
            "the base direction of the text %(text)s is not kept here; write it with its language tag alone"
        )
        raise Unkeepable(template, values=(_shortened(str(term)),))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE // 2]}…{text[-_LONGEST_QUOTE // 2 :]}"


def _has_blank_node(quad: Quad) -> bool:
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)


def _name(quad: Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
