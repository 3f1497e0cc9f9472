"""
Turtle and TriG in the form of ``data/``: every prefix, a line for each value, each subject once, in a telling order.

Terms are written by the library; only where a line begins and which prefix stands for what is decided here.

Spec: RDF 1.1 Turtle, sections 2.2 (predicate lists) and 2.3 (object lists); RDF 1.1 TriG, section 2.2.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from cppcc_graph.terms import PREFIXES, RDF, XSD, Literal, NamedNode, Term, Triple, prefix_block

_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DIGITS = re.compile(r"([0-9]+)")
_FIRST = (
    RDF.type.value,
    f"{PREFIXES['rdfs']}label",
    f"{PREFIXES['skos']}prefLabel",
    f"{PREFIXES['skos']}altLabel",
    f"{PREFIXES['skos']}hiddenLabel",
    f"{PREFIXES['dcterms']}title",
    f"{PREFIXES['dcterms']}description",
    f"{PREFIXES['skos']}definition",
)
_LANGUAGES = ("zh", "en")
_PREFIX_OF = {iri: prefix for prefix, iri in PREFIXES.items()}

_Key = tuple[object, ...]


def turtle(triples: Iterable[Triple], *, about: str = "", like: Sequence[Triple] = ()) -> str:
    """
    A whole Turtle document.

    Args:
        triples: What it says.
        about: IRI of the subject that comes first, and then what lies below it.
        like: Triples of an earlier document, whose order is kept; what it does not have comes after what it has.
    """
    return f"{prefix_block()}\n{_subjects(triples, about, like)}"


def trig(triples: Iterable[Triple], *, graph_iri: str, like: Sequence[Triple] = ()) -> str:
    """A whole TriG document of one named graph; see :func:`turtle`."""
    return f"{prefix_block()}\nGRAPH {NamedNode(graph_iri)} {{\n\n{_subjects(triples, graph_iri, like)}\n}}\n"


def _subjects(triples: Iterable[Triple], about: str, like: Sequence[Triple]) -> str:
    order = _order(about, like)
    blocks: dict[Term, dict[NamedNode, list[Term]]] = {}
    for triple in sorted(triples, key=order):
        blocks.setdefault(triple.subject, {}).setdefault(triple.predicate, []).append(triple.object)
    return "\n".join(_block(subject, predicates) for subject, predicates in blocks.items())


def _block(subject: Term, predicates: Mapping[NamedNode, Sequence[Term]]) -> str:
    lines = " ;\n".join(_values(predicate, values) for predicate, values in predicates.items())
    return f"{_term(subject)}\n{lines} .\n"


def _values(predicate: NamedNode, values: Sequence[Term]) -> str:
    name = "a" if predicate == RDF.type else _term(predicate)
    if len(values) == 1:
        return f"    {name} {_term(values[0])}"
    listed = " ,\n".join(f"        {_term(value)}" for value in values)
    return f"    {name}\n{listed}"


def _term(term: Term) -> str:
    if isinstance(term, NamedNode):
        return _iri(term)
    if isinstance(term, Triple):
        return f"<<( {_term(term.subject)} {_term(term.predicate)} {_term(term.object)} )>>"
    if not isinstance(term, Literal) or term.language or term.datatype == XSD.string:
        return str(term)
    if term.datatype == XSD.integer and _INTEGER.fullmatch(term.value):
        return term.value
    return f"{Literal(term.value)}^^{_iri(term.datatype)}"


def _iri(node: NamedNode) -> str:
    end = max(node.value.rfind("#"), node.value.rfind("/")) + 1
    prefix, local = _PREFIX_OF.get(node.value[:end]), node.value[end:]
    return f"{prefix}:{local}" if prefix is not None and _LOCAL.fullmatch(local) else str(node)


def _order(about: str, like: Sequence[Triple]) -> Callable[[Triple], _Key]:
    """Where a triple stands: as in *like*, else after that, in an order of its own."""
    places: dict[object, int] = {}
    for position, triple in enumerate(like):
        for part in (triple.subject, (triple.subject, triple.predicate), triple):
            places.setdefault(part, position)
    last = len(like)

    def key(triple: Triple) -> _Key:
        subject, predicate = triple.subject, triple.predicate
        return (
            places.get(subject, last),
            str(subject) != f"<{about}>",
            not str(subject).startswith(f"<{about}/"),
            _natural(str(subject)),
            places.get((subject, predicate), last),
            _FIRST.index(predicate.value) if predicate.value in _FIRST else len(_FIRST),
            _natural(_term(predicate)),
            places.get(triple, last),
            _by_language(triple.object),
            _natural(str(triple.object)),
        )

    return key


def _by_language(term: Term) -> _Key:
    language = term.language if isinstance(term, Literal) and term.language else ""
    return (_LANGUAGES.index(language) if language in _LANGUAGES else len(_LANGUAGES), language)


def _natural(text: str) -> _Key:
    """*text* in an order in which 9 comes before 10."""
    pieces = _DIGITS.split(text)
    return tuple(
        (len(piece.lstrip("0")), piece.lstrip("0"), piece) if number % 2 else (0, piece, "")
        for number, piece in enumerate(pieces)
    )
