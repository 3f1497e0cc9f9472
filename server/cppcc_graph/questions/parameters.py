"""
What a question can be narrowed down to: ``ontology/questions/parameters/<name>.rq``.

Such a file says which ``?value`` belongs to a thing ``?it``; a question's header line
``# parameters: committee year of ?observation`` says which of its variables is that thing. Narrowed down, a question
only counts what has the chosen value. A choice is one of the terms that the store itself has named (:func:`choices`),
written by the engine's serialiser: no text of a stranger ever becomes part of a query.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from cppcc_graph.bundled import ontology_folder
from cppcc_graph.errors import BadSource
from cppcc_graph.guard.tokens import Token, is_word, tokens_of
from cppcc_graph.questions.reading import Question, read_question
from cppcc_graph.store.base import Store
from cppcc_graph.terms import PREFIXES, RDFS, BlankNode, Literal, NamedNode, Term

_GROUP = re.compile(r"\s*([a-z-]+(?:\s+[a-z-]+)*)\s+of\s+(\?\w+)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """
    What a question can be narrowed down to.

    Attributes:
        name: As in the address: ``year``.
        titles: What it means, by language tag, ``zh`` and ``en``.
        thing: The variable of the question that has it: ``?observation``.
        value: The variable of its values.
        pattern: What binds `value` to `thing`, IRIs in full.
    """

    name: str
    titles: Mapping[str, str]
    thing: str
    value: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    A value that a parameter can have.

    Attributes:
        text: As in the address: the last part of an IRI, the characters of a literal.
        term: As in the data.
        labels: Its names by language tag; empty for a literal.
    """

    text: str
    term: Term
    labels: Mapping[str, str]


def parameters_of(question: Question) -> list[Parameter]:
    """
    What *question* can be narrowed down to, in the order of its header; empty when it says nothing of it.

    Raises:
        BadSource: its header cannot be read, or names what is not there.
    """
    header = question.header.get("parameters", "")
    found: list[Parameter] = []
    for group in filter(None, header.split(";")):
        match = _GROUP.fullmatch(group)
        if match is None:
            raise BadSource(f"“{group.strip()}” is not of the form “committee year of ?thing”", path=question.slug)
        found += [_parameter(name, match[2]) for name in match[1].split()]
    return found


def choices(store: Store, question: Question, parameter: Parameter) -> list[Choice]:
    """
    The values with which *question* has an answer, ordered as people read them; empty when it has none at all.

    Two values that end alike are told apart by their whole IRIs.
    """
    labels: dict[Term, dict[str, str]] = {}
    for row in store.select(_choices_query(question.query, parameter)):
        value, label = row[parameter.value[1:]], row["label"]
        if value is not None and not isinstance(value, BlankNode):
            named = labels.setdefault(value, {})
            if isinstance(label, Literal) and label.language:
                named.setdefault(label.language, label.value)
    n_alike = Counter(map(_last_part, labels))
    found = [
        Choice(text=short if n_alike[short := _last_part(term)] == 1 else _whole(term), term=term, labels=named)
        for term, named in labels.items()
    ]
    return sorted(found, key=lambda choice: choice.text)


def _choices_query(query: str, parameter: Parameter) -> str:
    declarations = query[: next(token.start for token in tokens_of(query) if is_word(token, "SELECT"))]
    start, end = _outer_group(query)
    asked = f"SELECT DISTINCT {parameter.value} WHERE {{ {parameter.pattern}\n{query[start:end]} }}"
    label = f"OPTIONAL {{ {parameter.value} {RDFS.label} ?label }}"
    return f"{declarations}\nSELECT {parameter.value} ?label WHERE {{ {{ {asked} }}\n{label} }}"


def chosen(known: Sequence[Choice], text: str) -> Choice | None:
    """The choice that an address means by *text*, which may be a whole IRI; None when there is no such choice."""
    return next((choice for choice in known if text in (choice.text, _whole(choice.term))), None)


def narrowed(query: str, chosen_values: Sequence[tuple[Parameter, Choice]]) -> str:
    """*query* of a question, counting only what has each of the chosen values; itself when nothing is chosen."""
    if not chosen_values:
        return query
    start, _end = _outer_group(query)
    return query[:start] + "".join(_restriction(*pair) for pair in chosen_values) + query[start:]


def _restriction(parameter: Parameter, choice: Choice) -> str:
    """Each thing once, however often it has the value, so that nothing is counted twice."""
    values = f"VALUES {parameter.value} {{ {choice.term} }}"
    return f"\n  {{ SELECT DISTINCT {parameter.thing} WHERE {{ {parameter.pattern} {values} }} }}"


def _parameter(name: str, thing: str) -> Parameter:
    source = _sources().get(name)
    if source is None:
        raise BadSource(f"there is no such parameter; there are {', '.join(_sources())}", path=name)
    start, end = _outer_group(source.query)
    value = f"?the_{name.replace('-', '_')}"
    variables = {"?it": thing, "?value": value}
    pattern = _expanded(source.query[start:end], variables, other=f"{value}_")
    return Parameter(name=name, titles=source.titles, thing=thing, value=value, pattern=pattern)


@cache
def _sources() -> dict[str, Question]:
    folder = ontology_folder() / "questions" / "parameters"
    return {path.stem: read_question(path) for path in sorted(folder.glob("*.rq"))}


def _expanded(text: str, variables: Mapping[str, str], *, other: str) -> str:
    """A piece of our own query without line breaks, its names as IRIs in full, its variables renamed."""
    return " ".join(_piece(token, variables, other) for token in tokens_of(text))


def _piece(token: Token, variables: Mapping[str, str], other: str) -> str:
    if token.kind == "variable":
        return variables.get(token.text, f"{other}{token.text[1:]}")
    prefix, colon, local = token.text.partition(":")
    return f"<{PREFIXES[prefix]}{local}>" if token.kind == "name" and colon else token.text


def _outer_group(query: str) -> tuple[int, int]:
    """Where the pattern of *query* begins and ends, within its outermost braces."""
    braces = list(_braces(query))
    return braces[0], braces[-1]


def _braces(query: str) -> Iterator[int]:
    depth, is_inside = 0, False
    for token in tokens_of(query):
        is_inside = is_inside or is_word(token, "WHERE")
        if not is_inside or token.text not in ("{", "}"):
            continue
        if token.text == "{" and depth == 0:
            yield token.start + 1
        depth += 1 if token.text == "{" else -1
        if depth == 0:
            yield token.start
            return


def _last_part(term: Term) -> str:
    return re.split(r"[/#]", term.value.rstrip("/#"))[-1] if isinstance(term, NamedNode) else _whole(term)


def _whole(term: Term) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
