"""
Invented work reports in the shape of ours, as N-Quads, for comparing engines on more data than there are reports.

One named graph per report with 672 triples: figures with their spans, events, statements, documents, paragraphs.
Shared graphs hold committees, places, programmes, periods, indicators and themes. Report *n* is the same whatever the
number of reports, and no triple stands in two graphs, so that a union and a merge give the same answers everywhere.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

ROOT = "http://example.org/cppcc/"
CPPCC = "https://w3id.org/cppcc-graph/ontology#"
QB = "http://purl.org/linked-data/cube#"
OA = "http://www.w3.org/ns/oa#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
TIME = "http://www.w3.org/2006/time#"
SCHEMA = "https://schema.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"

FIRST_YEAR, YEARS = 2013, 12
"""Reports 0 to 11 are those of the first committee, one for each year; 12 to 23 those of the second."""
FIGURES, EVENTS, STATEMENTS, DOCUMENTS, PARAGRAPHS = 20, 8, 12, 4, 15
PROGRAMMES, PROVINCES, SEED = 40, 10, 20130101
ACTS = ("调研", "协商", "监督", "提案", "视察", "读书", "走访", "培训")
COUNTED = ("次数", "件数", "场数", "人数", "篇数")
INDICATORS = tuple(act + counted for act in ACTS for counted in COUNTED)
WORDS = tuple(first + second for first in "茶竹瓷橘藕蚕稻菇桐莲" for second in "园编坊渡桥塘")
"""Words of two characters of which each event carries one; none of them stands in our own ontology."""
THEMES = 31
"""A tree: theme 0 on top, and theme *n* under theme (n - 1) // 2."""


def iri(path: str) -> str:
    """An IRI of the invented data in angle brackets."""
    return f"<{ROOT}{path}>"


def report_path(n: int) -> str:
    """Where report *n* lies: its committee and year."""
    return f"report/{n // YEARS:04}-{FIRST_YEAR + n % YEARS}"


def indicators_of(committee: int) -> list[int]:
    """The indicators that a committee reports every year, in the order of its figures."""
    return Random(f"{SEED}/indicators/{committee}").sample(range(len(INDICATORS)), FIGURES)


def write(path: Path, n_reports: int) -> int:
    """Writes the N-Quads of *n_reports* reports and of what they share; the number of quads."""
    n_quads = 0
    with path.open("w", encoding="utf-8") as file:
        for line in quads(n_reports):
            file.write(line)
            n_quads += 1
    return n_quads


def quads(n_reports: int) -> Iterator[str]:
    """Lines of N-Quads: what is shared, then report by report."""
    n_committees = -(-n_reports // YEARS)
    for graph, triples in {
        "entities/committees": committees(n_committees),
        "entities/programmes": programmes(),
        "entities/periods": periods(),
        "vocabulary/concepts": concepts(),
    }.items():
        yield from _in_graph(graph, triples)
    for n in range(n_reports):
        yield from _in_graph(report_path(n), report(n))


def _in_graph(graph: str, triples: Iterator[tuple[str, str, str]]) -> Iterator[str]:
    name = iri(graph)
    return (f"{subject} <{predicate}> {value} {name} .\n" for subject, predicate, value in triples)


def _described(subject: str, of_class: str, zh: str, en: str) -> Iterator[tuple[str, str, str]]:
    yield subject, RDF + "type", f"<{of_class}>"
    yield subject, RDFS + "label", f'"{zh}"@zh'
    yield subject, RDFS + "label", f'"{en}"@en'


def _typed(value: object, datatype: str) -> str:
    return f'"{value}"^^<{XSD}{datatype}>'


def committees(n_committees: int) -> Iterator[tuple[str, str, str]]:
    """Committees of cities under those of provinces under one, each with its area."""
    yield from _described(iri("organisation/nation"), CPPCC + "Committee", "全国委员会", "National committee")
    for n in range(PROVINCES):
        province = iri(f"organisation/province-{n}")
        yield from _described(province, CPPCC + "Committee", f"第{n}省委员会", f"Committee of province {n}")
        yield province, CPPCC + "guidedBy", iri("organisation/nation")
    for n in range(n_committees):
        committee, place = iri(f"organisation/{n:04}"), iri(f"place/{n:04}")
        yield from _described(committee, CPPCC + "Committee", f"第{n}市委员会", f"Committee of city {n}")
        yield committee, CPPCC + "guidedBy", iri(f"organisation/province-{n % PROVINCES}")
        yield committee, CPPCC + "jurisdiction", place
        yield from _described(place, CPPCC + "AdministrativeArea", f"第{n}市", f"City {n}")


def programmes() -> Iterator[tuple[str, str, str]]:
    """Programmes, each but the first part of another."""
    for n in range(PROGRAMMES):
        programme = iri(f"programme/{n}")
        yield from _described(programme, CPPCC + "Programme", f"第{n}号行动", f"Campaign {n}")
        yield programme, CPPCC + "theme", iri(f"theme/{n % THEMES}")
        if n:
            yield programme, DCTERMS + "isPartOf", iri(f"programme/{n // 3}")


def periods() -> Iterator[tuple[str, str, str]]:
    """Years with their first days."""
    for year in range(FIRST_YEAR, FIRST_YEAR + YEARS):
        period, start = iri(f"period/{year}"), iri(f"period/{year}-start")
        yield from _described(period, TIME + "ProperInterval", f"{year}年", f"{year}")
        yield period, TIME + "hasBeginning", start
        yield start, TIME + "inXSDDate", _typed(f"{year}-01-01", "date")


def concepts() -> Iterator[tuple[str, str, str]]:
    """Indicators, and themes in a tree of five levels."""
    for n, name in enumerate(INDICATORS):
        indicator = iri(f"indicator/{n}")
        yield from _described(indicator, CPPCC + "Indicator", name, f"Indicator {n}")
        yield indicator, CPPCC + "unit", iri(f"unit/{n % len(COUNTED)}")
    for n in range(THEMES):
        theme = iri(f"theme/{n}")
        yield from _described(theme, SKOS + "Concept", f"第{n}类", f"Theme {n}")
        if n:
            yield theme, SKOS + "broader", iri(f"theme/{(n - 1) // 2}")


def report(n: int) -> Iterator[tuple[str, str, str]]:
    """The 672 triples of report *n*."""
    random = Random(f"{SEED}/report/{n}")
    committee, year = n // YEARS, FIRST_YEAR + n % YEARS
    here, text = iri(report_path(n)), iri(f"{report_path(n)}/text")
    yield from _described(here, CPPCC + "Report", f"第{committee}市{year}年综述", f"City {committee}: review of {year}")
    yield here, DCTERMS + "title", f'"第{committee}市委员会{year}年工作报告"@zh'
    yield here, DCTERMS + "issued", _typed(f"{year}-12-{random.randint(10, 28)}", "date")
    yield here, DCTERMS + "language", '"zh"'
    yield here, CPPCC + "documentKind", iri("kind/report")
    yield here, CPPCC + "reportOf", iri(f"organisation/{committee:04}")
    yield here, CPPCC + "reportedPeriod", iri(f"period/{year}")
    yield here, CPPCC + "sourceText", text
    yield text, RDF + "type", f"<{CPPCC}SourceText>"
    yield text, CPPCC + "fileName", f'"{committee:04}-{year}.txt"'
    yield text, CPPCC + "sha256", f'"{random.randbytes(32).hex()}"'
    yield text, CPPCC + "length", _typed(random.randint(3500, 4500), "integer")
    for k in range(PARAGRAPHS):
        yield from _paragraph(n, k)
    yield from _figures(n, random)
    for k in range(EVENTS):
        yield from _event(n, k, random)
    for k in range(STATEMENTS):
        yield from _statement(n, k, random)
    for k in range(DOCUMENTS):
        yield from _document(n, k, random)


def _paragraph(n: int, k: int) -> Iterator[tuple[str, str, str]]:
    here = iri(f"{report_path(n)}/paragraph/{k}")
    yield here, RDF + "type", f"<{CPPCC}Paragraph>"
    yield here, CPPCC + "inText", iri(f"{report_path(n)}/text")
    yield here, CPPCC + "paragraphNumber", _typed(k, "integer")
    yield here, CPPCC + "paragraphKind", iri(f"kind/paragraph-{k % 4}")
    yield here, OA + "start", _typed(k * 250, "integer")
    yield here, OA + "end", _typed(k * 250 + 249, "integer")


def _figures(n: int, random: Random) -> Iterator[tuple[str, str, str]]:
    dataset = iri(f"{report_path(n)}/dataset")
    yield dataset, RDF + "type", f"<{QB}DataSet>"
    yield dataset, QB + "structure", f"<{CPPCC}ReportStructure>"
    yield dataset, RDFS + "label", f'"{report_path(n)}"'
    yield dataset, CPPCC + "statedIn", iri(report_path(n))
    for k, indicator in enumerate(indicators_of(n // YEARS)):
        value = f"{random.randint(1, 999)}.{random.choice('125')}" if k % 5 == 0 else str(random.randint(1, 9999))
        yield from _figure(n, k, indicator, value)
        yield from _span(n, k, value)


def _figure(n: int, k: int, indicator: int, value: str) -> Iterator[tuple[str, str, str]]:
    committee, year = n // YEARS, FIRST_YEAR + n % YEARS
    here = iri(f"{report_path(n)}/observation/{k:02}")
    zh = f"{INDICATORS[indicator]}：{value}（第{committee}市委员会，{year}年）"
    yield from _described(here, QB + "Observation", zh, f"Indicator {indicator}: {value} (city {committee}, {year})")
    yield here, QB + "dataSet", iri(f"{report_path(n)}/dataset")
    yield here, CPPCC + "indicator", iri(f"indicator/{indicator}")
    yield here, CPPCC + "period", iri(f"period/{year}")
    yield here, CPPCC + "reportedBody", iri(f"organisation/{committee:04}")
    yield here, CPPCC + "value", _typed(value, "decimal")
    yield here, CPPCC + "unit", iri(f"unit/{indicator % len(COUNTED)}")
    yield here, CPPCC + "bound", iri("bound/exact")
    yield here, CPPCC + "statedIn", iri(report_path(n))
    yield here, CPPCC + "certainty", iri(f"certainty/{k % 3}")
    yield here, CPPCC + "evidence", iri(f"{report_path(n)}/span/{k:02}")


def _span(n: int, k: int, exact: str) -> Iterator[tuple[str, str, str]]:
    here = iri(f"{report_path(n)}/span/{k:02}")
    yield here, RDF + "type", f"<{CPPCC}TextSpan>"
    yield here, OA + "start", _typed(200 * k, "integer")
    yield here, OA + "end", _typed(200 * k + len(exact), "integer")
    yield here, OA + "exact", f'"{exact}"'
    yield here, CPPCC + "inParagraph", iri(f"{report_path(n)}/paragraph/{k * PARAGRAPHS // FIGURES}")


def _event(n: int, k: int, random: Random) -> Iterator[tuple[str, str, str]]:
    committee, year = n // YEARS, FIRST_YEAR + n % YEARS
    here = iri(f"{report_path(n)}/event/{k}")
    word = random.choice(WORDS)
    yield from _described(here, CPPCC + "Event", f"第{committee}市{word}{year}年第{k}次协商", f"Meeting {k} of {year}")
    yield here, CPPCC + "eventKind", iri(f"kind/event-{k % 5}")
    yield here, CPPCC + "theme", iri(f"theme/{random.randrange(THEMES)}")
    yield here, SCHEMA + "startDate", _typed(f"{year}-{random.randint(1, 12):02}-{random.randint(1, 28):02}", "date")
    yield here, CPPCC + "organisedBy", iri(f"organisation/{committee:04}")
    yield here, CPPCC + "contributesTo", iri(f"programme/{random.randrange(PROGRAMMES)}")
    yield here, CPPCC + "statedIn", iri(report_path(n))
    yield here, CPPCC + "certainty", iri(f"certainty/{k % 3}")
    yield here, CPPCC + "evidence", iri(f"{report_path(n)}/span/{k:02}")


def _statement(n: int, k: int, random: Random) -> Iterator[tuple[str, str, str]]:
    here = iri(f"{report_path(n)}/statement/{k}")
    yield here, RDF + "type", f"<{CPPCC}Statement>"
    yield here, RDF + "subject", iri(f"{report_path(n)}/event/{k % EVENTS}")
    yield here, RDF + "predicate", f"<{SCHEMA}about>"
    yield here, RDF + "object", iri(f"programme/{random.randrange(PROGRAMMES)}")
    yield here, CPPCC + "statedIn", iri(report_path(n))
    yield here, CPPCC + "status", iri("status/done")
    yield here, CPPCC + "certainty", iri(f"certainty/{k % 3}")
    yield here, CPPCC + "evidence", iri(f"{report_path(n)}/span/{k:02}")


def _document(n: int, k: int, random: Random) -> Iterator[tuple[str, str, str]]:
    here = iri(f"{report_path(n)}/document/{k}")
    yield here, RDF + "type", f"<{CPPCC}Document>"
    yield here, RDFS + "label", f'"第{n}号文件之{k}"@zh'
    yield here, CPPCC + "documentKind", iri(f"kind/document-{k}")
    yield here, CPPCC + "theme", iri(f"theme/{random.randrange(THEMES)}")
    yield here, CPPCC + "issuedBy", iri(f"organisation/{n // YEARS:04}")
