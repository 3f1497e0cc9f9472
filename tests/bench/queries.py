"""
The query mix: eleven kinds of question to the invented reports, each in as many texts as are wanted.

The parameters of a text follow from its number; besides, two of its variables carry the number, so that no two texts
are equal and a cache of answers by text is never hit unless that is wanted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from tests.bench.reports import (
    CPPCC,
    DCTERMS,
    EVENTS,
    FIGURES,
    FIRST_YEAR,
    QB,
    RDFS,
    SEED,
    SKOS,
    THEMES,
    TIME,
    WORDS,
    YEARS,
    indicators_of,
    iri,
    report_path,
)

SOLUTIONS = "application/sparql-results+json"
TRIPLES = "application/n-triples"
PREFIXES = {"cppcc": CPPCC, "dcterms": DCTERMS, "qb": QB, "rdfs": RDFS, "skos": SKOS, "time": TIME}
NUMBER = "_00000000"
"""Ends the names of variables; replaced by the number of the text, which has the same length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of question: what it is called, what it wants back, and its text for given parameters."""

    name: str
    accept: str = SOLUTIONS
    text: Callable[[int, Random], str]
    """Number of reports, source of parameters: the query without prefixes."""

    def template(self, n_reports: int, number: int) -> str:
        """A whole query with the parameters of text *number* and NUMBER still in it."""
        text = self.text(n_reports, Random(f"{SEED}/{self.name}/{number}"))
        used = (f"PREFIX {prefix}: <{name}>" for prefix, name in PREFIXES.items() if f"{prefix}:" in text)
        return "\n".join((*used, text))

    def query(self, n_reports: int, number: int) -> str:
        """Text *number*: the same for the same number of reports, different from every other."""
        return self.template(n_reports, number).replace(NUMBER, f"_{number:08}")


def _committee(n_reports: int, parameters: Random) -> int:
    return parameters.randrange(-(-n_reports // YEARS))


def _point(n_reports: int, parameters: Random) -> str:
    figure = iri(f"{report_path(parameters.randrange(n_reports))}/observation/{parameters.randrange(FIGURES):02}")
    return f"SELECT ?value_00000000 ?unit {{ {figure} cppcc:value ?value_00000000 ; cppcc:unit ?unit }}"


def _star(n_reports: int, parameters: Random) -> str:
    committee = iri(f"organisation/{_committee(n_reports, parameters):04}")
    return f"""SELECT ?report ?title_00000000 ?issued ?period ?language ?length {{
  ?report cppcc:reportOf {committee} ; dcterms:title ?title_00000000 ; dcterms:issued ?issued ;
    cppcc:reportedPeriod ?period ; dcterms:language ?language ; cppcc:sourceText ?text .
  ?text cppcc:length ?length
}}"""


def _text(_: int, parameters: Random) -> str:
    return f"""SELECT ?thing ?label_00000000 {{
  ?thing rdfs:label ?label_00000000 FILTER(CONTAINS(STR(?label_00000000), "{parameters.choice(WORDS)}"))
}}"""


def _series(n_reports: int, parameters: Random) -> str:
    committee = _committee(n_reports, parameters)
    indicator = parameters.choice(indicators_of(committee))
    return f"""SELECT ?start ?value_00000000 {{
  ?figure cppcc:reportedBody {iri(f"organisation/{committee:04}")} ; cppcc:indicator {iri(f"indicator/{indicator}")} ;
    cppcc:period ?period ; cppcc:value ?value_00000000 .
  ?period time:hasBeginning ?begin . ?begin time:inXSDDate ?start
}} ORDER BY ?start"""


def _top(n_reports: int, parameters: Random) -> str:
    indicator = parameters.choice(indicators_of(_committee(n_reports, parameters)))
    return f"""SELECT ?figure ?value_00000000 ?body {{
  ?figure cppcc:indicator {iri(f"indicator/{indicator}")} ; cppcc:value ?value_00000000 ; cppcc:reportedBody ?body
}} ORDER BY DESC(?value_00000000) ?figure LIMIT 10"""


def _group(_: int, __: Random) -> str:
    return """SELECT ?indicator ?period (COUNT(?figure) AS ?n_00000000) (SUM(?value) AS ?sum) (MAX(?value) AS ?most) {
  ?figure a qb:Observation ; cppcc:indicator ?indicator ; cppcc:period ?period ; cppcc:value ?value
} GROUP BY ?indicator ?period"""


def _join(_: int, parameters: Random) -> str:
    """Each year is found by itself: as one pattern it takes Oxigraph 21 s at a million quads, in this form 0.1 s."""
    year = parameters.randrange(FIRST_YEAR + 1, FIRST_YEAR + YEARS)
    return f"""SELECT ?body ?indicator ?before ?after_00000000 {{
  {{ SELECT ?body ?indicator ?before {{ {_of_year("before", year - 1)} }} }}
  {{ SELECT ?body ?indicator ?after_00000000 {{ {_of_year("after_00000000", year)} }} }}
  FILTER(?after_00000000 > 2 * ?before)
}}"""


def _of_year(value: str, year: int) -> str:
    period = iri(f"period/{year}")
    of_figure = f"cppcc:indicator ?indicator ; cppcc:reportedBody ?body ; cppcc:value ?{value}"
    return f"?figure cppcc:period {period} ; {of_figure}"


def _path(n_reports: int, parameters: Random) -> str:
    committee, theme = _committee(n_reports, parameters), parameters.randrange(THEMES // 4)
    return f"""SELECT ?event ?label_00000000 {{
  ?event cppcc:organisedBy {iri(f"organisation/{committee:04}")} ; rdfs:label ?label_00000000 ; cppcc:theme ?theme .
  ?theme skos:broader* {iri(f"theme/{theme}")}
}}"""


def _rows(_: int, parameters: Random) -> str:
    years = " ".join(iri(f"period/{FIRST_YEAR + year}") for year in parameters.sample(range(YEARS), 4))
    return f"""SELECT ?figure ?period ?value_00000000 {{
  VALUES ?period {{ {years} }}
  ?figure cppcc:period ?period ; cppcc:value ?value_00000000
}}"""


def _construct(n_reports: int, parameters: Random) -> str:
    graph = iri(report_path(parameters.randrange(n_reports)))
    pattern = "?subject ?predicate ?value_00000000"
    return f"CONSTRUCT {{ {pattern} }} WHERE {{ GRAPH {graph} {{ {pattern} }} }}"


def _ask(n_reports: int, parameters: Random) -> str:
    event = iri(f"{report_path(parameters.randrange(n_reports))}/event/{parameters.randrange(EVENTS)}")
    theme = iri(f"theme/{parameters.randrange(1, THEMES // 2)}")
    return f"ASK {{ {event} cppcc:theme ?theme_00000000 . ?theme_00000000 skos:broader {theme} }}"


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind(name="point lookup", text=_point),
            Kind(name="star", text=_star),
            Kind(name="text filter", text=_text),
            Kind(name="time series", text=_series),
            Kind(name="top-k", text=_top),
            Kind(name="group-by over everything", text=_group),
            Kind(name="year-over-year join", text=_join),
            Kind(name="property path", text=_path),
            Kind(name="10 k rows", text=_rows),
            Kind(name="CONSTRUCT", accept=TRIPLES, text=_construct),
            Kind(name="ASK", text=_ask),
        )
    }
)
"""By name. With 1,500 reports *10 k rows* has exactly 10,000, CONSTRUCT gives 672 triples."""
