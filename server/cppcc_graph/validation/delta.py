"""
What a change can add to the solutions of a query.

A solution is new only if a triple that came or went matches one of the query's patterns, wherever that stands; so the
values that such a match gives the query's variables are joined ahead of it, and all but the new solutions fall away.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rdflib.paths import MulPath

from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import BlankNode, Literal, NamedNode, Solution, Term, Triple
from cppcc_graph.validation.lazy_graph import Row
from cppcc_graph.validation.routes import Routes, along
from cppcc_graph.validation.selects import HIDDEN, THIS, Pattern, Place, Select
from cppcc_graph.validation.states import BothStates

_ROWS_OF_A_QUERY, _ROWS_BESIDE_EXISTS = 2_000, 200
_MATCHES_OF_A_GROUP = 2_000
Domain = tuple[str, ...]


def solutions(select: Select, store: EmbeddedStore, rows: Iterable[Row] | None) -> list[Row]:
    """
    The solutions of *select* that agree with one of *rows*, each once; with None, all of them.

    Args:
        select: Whose $this, if it has one, is narrowable.
        store: Whose default graph is asked.
        rows: Values of narrowable variables.
    """
    if rows is None:
        return _read(select, store.select(select.query))
    asked = (text for values in _by_domain(rows).items() for text in _narrowed(select, *values))
    return _read(select, (solution for text in asked for solution in store.select(text)))


def solutions_for(select: Select, store: EmbeddedStore, focus: Term) -> list[Row]:
    """The solutions of *select* with $this bound ahead (SHACL, section 5.3.1)."""
    return _read(select, store.select(select.query, **{THIS: focus}))


def rows_of(select: Select, states: BothStates, by_predicate: Mapping[NamedNode, list[Triple]]) -> list[Row] | None:
    """
    Values of narrowable variables with which every new solution agrees in one row.

    Args:
        select: A query for which changes can be traced.
        states: Before and after the change.
        by_predicate: The changed triples.

    Returns:
        Each row once; None when nothing narrows the solutions down.
    """
    found: dict[tuple[tuple[str, Term], ...], Row] = {}
    for group in select.groups:
        for pattern in group:
            for row in _bindings(pattern, group, select, (states, by_predicate)):
                if not row:
                    return None
                found.setdefault(tuple(sorted(row.items(), key=lambda item: item[0])), row)
    return list(found.values())


def _bindings(
    pattern: Pattern,
    group: tuple[Pattern, ...],
    select: Select,
    change: tuple[BothStates, Mapping[NamedNode, list[Triple]]],
) -> Iterator[Row]:
    states, by_predicate = change
    mates = tuple(other for other in group if other is not pattern)
    # Outside of OPTIONAL and EXISTS the engine itself goes on from the first value that is known.
    is_certain = group in select.certain
    wanted = _narrowable_in(group, select)
    if is_certain and isinstance(pattern.subject, str) and pattern.subject.startswith(HIDDEN):
        wanted -= {pattern.value}  # what many things point at: better to know which of them it is
    for match in _matches(pattern, states, by_predicate, select.narrowable):
        for row in _completed(match, mates, states, (wanted, is_certain)):
            yield _useful(row, pattern if is_certain else None, select.narrowable)


def _narrowable_in(group: Iterable[Pattern], select: Select) -> frozenset[str]:
    return select.narrowable & frozenset(name for pattern in group for name in pattern.variables)


def _useful(row: Row, pattern: Pattern | None, narrowable: frozenset[str]) -> Row:
    """
    Of *row* what is worth giving ahead.

    No blank nodes, which no query can name; literals for want of IRIs; and of a match of *pattern* with one predicate
    the subject alone, so that fewer queries do, as a subject has few values.
    """
    some = {name: term for name, term in row.items() if name in narrowable and not isinstance(term, BlankNode)}
    if pattern is not None and pattern.subject in some and pattern.predicate not in some:
        some = {name: term for name, term in some.items() if name == pattern.subject or name not in pattern.variables}
    return {name: term for name, term in some.items() if not isinstance(term, Literal)} or some


def _matches(
    pattern: Pattern,
    states: BothStates,
    by_predicate: Mapping[NamedNode, list[Triple]],
    narrowable: frozenset[str],
) -> Iterator[Row]:
    """What the variables of *pattern* are where it matches a changed triple, or where a path passes over one."""
    if isinstance(pattern.predicate, MulPath):
        yield from _matches_of_path(pattern, states, list(_all(by_predicate)), narrowable)
    elif isinstance(pattern.predicate, str):
        whole = (pattern.subject, pattern.predicate, pattern.value)
        found = (_unified(whole, (t.subject, t.predicate, t.object)) for t in _all(by_predicate))
        yield from (row for row in found if row is not None)
    else:
        places = (pattern.subject, pattern.value)
        triples = (triple for choice in pattern.predicate for triple in by_predicate.get(choice, ()))
        yield from (row for t in triples if (row := _unified(places, (t.subject, t.object))) is not None)


def _matches_of_path(
    pattern: Pattern, states: BothStates, triples: list[Triple], narrowable: frozenset[str]
) -> Iterator[Row]:
    starts, ends = _reached(pattern.starts, "start", triples, states), None
    if pattern.subject == pattern.value:
        starts &= _reached(pattern.ends, "end", triples, states)
    elif not isinstance(pattern.subject, str):
        if pattern.subject not in starts:
            return
        ends = _reached(pattern.ends, "end", triples, states)
    elif pattern.subject not in narrowable:
        ends = _reached(pattern.ends, "end", triples, states)
    if ends is None:
        yield from (row for start in starts if (row := _unified((pattern.subject,), (start,))) is not None)
    else:
        yield from (row for end in ends if (row := _unified((pattern.value,), (end,))) is not None)


def _reached(routes: Routes | None, place: str, triples: list[Triple], states: BothStates) -> set[Term]:
    found = {} if routes is None else routes.readers(triples, states)
    return {node for node, places in found.items() if place in places}


def _all(by_predicate: Mapping[NamedNode, list[Triple]]) -> Iterator[Triple]:
    return (triple for triples in by_predicate.values() for triple in triples)


def _unified(places: Iterable[object], terms: Iterable[Term]) -> Row | None:
    row: dict[str, Term] = {}
    for place, term in zip(places, terms, strict=True):
        if place != term and not (isinstance(place, str) and row.setdefault(place, term) == term):
            return None
    return row


def _completed(row: Row, mates: tuple[Pattern, ...], states: BothStates, aim: tuple[frozenset[str], bool]) -> list[Row]:
    """
    *row* with what the other patterns of its group add to it in either state; none if one of them never matches.

    It is enough when all the variables of *aim* are known, or one of them.
    """
    wanted, is_one_enough = aim
    rows, left = [row], list(mates)
    while left and not (wanted & rows[0].keys() if is_one_enough else wanted <= rows[0].keys()):
        mate = next((other for other in left if _is_anchored(other, rows[0])), None)
        if mate is None:
            break
        left.remove(mate)
        joined = [wider for one in rows for wider in _joined(one, mate, states)]
        if not joined:
            return []
        if len(joined) > _MATCHES_OF_A_GROUP:
            break
        rows = joined
    return rows


def _is_anchored(pattern: Pattern, row: Row) -> bool:
    """Whether its subject or its object is known, so that few triples match."""
    return any(_known(place, row) is not None for place in (pattern.subject, pattern.value))


def _joined(row: Row, pattern: Pattern, states: BothStates) -> Iterator[Row]:
    subject, value = _known(pattern.subject, row), _known(pattern.value, row)
    for terms in _ends(pattern, subject, value, states):
        wider = _unified((pattern.subject, pattern.value), terms)
        if wider is not None and all(row.get(name, term) == term for name, term in wider.items()):
            yield {**row, **wider}


def _ends(
    pattern: Pattern, subject: Term | None, value: Term | None, states: BothStates
) -> Iterator[tuple[Term, Term]]:
    """Subject and object of each match in either state; a variable for a predicate may be anything."""
    if isinstance(pattern.predicate, MulPath):
        if subject is not None:
            yield from ((subject, end) for end in along(pattern.predicate, subject, states))
        elif value is not None:
            yield from ((start, value) for start in along(pattern.predicate, value, states, is_forward=False))
        return
    for predicate in (None,) if isinstance(pattern.predicate, str) else pattern.predicate:
        yield from ((t.subject, t.object) for t in states.matching(subject, predicate, value))


def _known(place: Place, row: Row) -> Term | None:
    return row.get(place) if isinstance(place, str) else place


def _by_domain(rows: Iterable[Row]) -> dict[Domain, list[Row]]:
    found: dict[Domain, list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(sorted(row)), []).append(row)
    return found


def _narrowed(select: Select, domain: Domain, rows: Sequence[Row]) -> Iterator[str]:
    """The query with *rows* ahead, some at a time: in EXISTS they are gone through for each solution."""
    n_rows = _ROWS_OF_A_QUERY if all(names is None for names in select.openings) else _ROWS_BESIDE_EXISTS
    for start in range(0, len(rows), n_rows):
        some = rows[start : start + n_rows]
        written = [select.pieces[0]]
        for names, piece in zip(select.openings, select.pieces[1:], strict=True):
            written += [_values(domain if names is None else [name for name in domain if name in names], some), piece]
        yield "".join(written)


def _values(names: Sequence[str], rows: Iterable[Row]) -> str:
    if not names:
        return ""
    lines = dict.fromkeys(f"({' '.join(str(row[name]) for name in names)})" for row in rows)
    return f" VALUES ({' '.join(f'?{name}' for name in names)}) {{\n{chr(10).join(lines)}\n}}\n"


def _read(select: Select, found: Iterable[Solution]) -> list[Row]:
    """Each solution once, without the variables that it leaves unbound."""
    rows: dict[tuple[Term | None, ...], Row] = {}
    for solution in found:
        terms = tuple(solution[name] for name in select.names)
        rows[terms] = {name: term for name, term in zip(select.names, terms, strict=True) if term is not None}
    return list(rows.values())
