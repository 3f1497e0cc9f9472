"""
The merge of the store's named graphs as an rdflib graph that reads each triple when it is asked for, without a copy.

Integers have the type back that the ontology gives their property, as in what the store hands out. Statements about
shapes are left out: the shapes judge the data and not themselves.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

import rdflib
from rdflib.query import Result
from rdflib.store import Store
from rdflib.term import Node, Variable

from cppcc_graph.converter import to_rdflib
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import PREFIXES, XSD, BlankNode, Literal, NamedNode, Term, Triple

Row: TypeAlias = Mapping[str, Term]
"""A solution: terms by the names of variables."""
Select: TypeAlias = Callable[[str, Term], Iterable[Row]]
"""The solutions of the query of a SPARQL constraint for a focus node."""

_THIS = Variable("this")
_Pattern: TypeAlias = tuple[Node | None, Node | None, Node | None]


class _Reader(Store):
    """What rdflib asks of a store, answered from ours; nothing can be written."""

    context_aware = True  # pySHACL makes a dataset of every graph, of which only this one is asked
    graph_aware = True

    def __init__(
        self, store: EmbeddedStore, types: Mapping[Term, NamedNode], hidden: frozenset[Node], select: Select
    ) -> None:
        super().__init__()
        self._store, self._types, self._hidden, self._select = store, types, hidden, select
        self._terms: dict[tuple[Term, NamedNode | None], Node] = {}
        self._asked: dict[Node, Term | None] = {}
        self._prefixes: dict[str, rdflib.URIRef] = {}
        self.graphs: tuple[rdflib.Graph, ...] = ()
        """The one graph that each triple stands in, which is made of this: pySHACL looks there for blank nodes."""

    def triples(  # type: ignore[override]  # rdflib names a context, and there is none
        self, triple_pattern: _Pattern, **_: object
    ) -> Iterator[tuple[tuple[Node, Node, Node], Iterator[rdflib.Graph]]]:
        subject, predicate, value = triple_pattern
        wanted = [None if node is None else self._engine_term(node) for node in triple_pattern]
        if any(term is None and node is not None for term, node in zip(wanted, triple_pattern, strict=True)):
            return
        first, second, third = wanted
        if isinstance(first, Literal | Triple) or not isinstance(second, NamedNode | None):
            return
        for triple in self._store.matching(first, second, third):
            found = self._node(triple.object, self._types.get(triple.predicate))
            about = subject if subject is not None else self._node(triple.subject)
            if about not in self._hidden and (value is None or found == value):
                yield (about, predicate or self._node(triple.predicate), found), iter(self.graphs)

    def _node(self, term: Term, integer_type: NamedNode | None = None) -> Node:
        key = (term, integer_type)
        node = self._terms.get(key)
        if node is None:
            if integer_type is not None and isinstance(term, Literal) and term.datatype == XSD.integer:
                term = Literal(term.value, datatype=integer_type)
            node = self._terms[key] = to_rdflib(term)
        return node

    def _engine_term(self, node: Node) -> Term | None:
        """The engine's term; None for what it cannot hold."""
        if node not in self._asked:
            self._asked[node] = to_engine(node)
        return self._asked[node]

    def __len__(self, *_: object, **__: object) -> int:
        """Whether there is any triple: pySHACL asks for nothing else, hundreds of times, and counting takes long."""
        return int(any(True for _ in self._store.matching(None, None, None)))

    def query(  # type: ignore[override]  # rdflib leaves the types open
        self, query: str, _prefixes: object, bindings: Mapping[str, Node], *_: object, **__: object
    ) -> Result:
        """
        The solutions of a SPARQL constraint for the focus node in *bindings*.

        Spec: SHACL, section 5.3.1 (pre-binding of $this).
        """
        focus = bindings["this"]
        term = self._engine_term(focus)
        rows = [] if term is None else self._select(query, term)
        result = Result("SELECT")
        found = [{_THIS: focus} | {Variable(name): self._node(term) for name, term in row.items()} for row in rows]
        result.bindings = found  # type: ignore[assignment]  # each of our nodes is an identifier
        result.vars = sorted({_THIS, *(name for row in found for name in row)})
        return result

    def bind(self, prefix: str, namespace: rdflib.URIRef, **_: object) -> None:  # type: ignore[override]
        self._prefixes[prefix] = namespace

    def prefix(self, namespace: rdflib.URIRef) -> str | None:
        return next((prefix for prefix, iri in self._prefixes.items() if iri == namespace), None)

    def namespace(self, prefix: str) -> rdflib.URIRef | None:
        return self._prefixes.get(prefix)

    def namespaces(self) -> Iterator[tuple[str, rdflib.URIRef]]:
        return iter(self._prefixes.items())


def lazy_graph(
    store: EmbeddedStore, types: Mapping[Term, NamedNode], hidden: frozenset[Node], select: Select
) -> rdflib.Graph:
    """
    The merge of *store* as a graph to be read only.

    Args:
        store: Which must not change while the graph is used.
        types: Of properties whose integers are of a type derived from xsd:integer, that type.
        hidden: Subjects whose triples are left out.
        select: Answers the queries of SPARQL constraints.
    """
    reader = _Reader(store, types, hidden, select)
    graph = rdflib.Graph(reader, bind_namespaces="none")
    reader.graphs = (graph,)
    for prefix, iri in PREFIXES.items():
        graph.bind(prefix, iri, replace=True)
    return graph


def to_engine(node: Node) -> Term | None:
    """The engine's term for one of rdflib's; None when the engine cannot hold it, so that nothing matches it."""
    try:
        if isinstance(node, rdflib.URIRef):
            return NamedNode(str(node))
        if isinstance(node, rdflib.BNode):
            return BlankNode(str(node))
        if not isinstance(node, rdflib.Literal):
            return None
        if node.language is not None:
            return Literal(str(node), language=node.language)
        return Literal(str(node), datatype=None if node.datatype is None else NamedNode(str(node.datatype)))
    except ValueError:
        return None
