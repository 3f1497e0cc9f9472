"""The integrity constraints IC-0 to IC-21 of the RDF Data Cube, after its normalisation (sections 10 and 11)."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store
from rdflib import XSD, Graph, Literal

QUERIES = Path(__file__).parent / "cube"
CONSTRAINTS = sorted(path.stem for path in QUERIES.glob("ic-*.rq"))
PREFIXES = """PREFIX : <http://example.org/> PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> """
# Lexical forms of the datatypes that rdflib takes without looking.
UNCHECKED = {
    XSD.gYear: r"-?(\d{4}|[1-9]\d{4,})(Z|[+-]\d\d:\d\d)?",
    XSD.gMonthDay: r"--(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(Z|[+-]\d\d:\d\d)?",
    XSD.gYearMonth: r"-?(\d{4}|[1-9]\d{4,})-(0[1-9]|1[0-2])(Z|[+-]\d\d:\d\d)?",
}

NO_SLICES = "a report's figures are not sliced: queries choose by dimension"
ONE_MEASURE = "there is one measure, the value as printed, hence no measure dimension"
FLAT_LISTS = "the code lists of the cube are SKOS concept schemes"
# Constraints that nothing we publish can break as yet, why, and what would have to be there for them to apply.
VACUOUS = {
    "ic-07": (NO_SLICES, "qb:SliceKey"),
    "ic-08": (NO_SLICES, "qb:SliceKey"),
    "ic-09": (NO_SLICES, "qb:Slice"),
    "ic-10": (NO_SLICES, "qb:Slice"),
    "ic-15": (ONE_MEASURE, "qb:measureType"),
    "ic-16": (ONE_MEASURE, "qb:measureType"),
    "ic-17": (ONE_MEASURE, "qb:measureType"),
    "ic-18": (NO_SLICES, "qb:Slice"),
    "ic-20": (FLAT_LISTS, "qb:HierarchicalCodeList"),
    "ic-21": (FLAT_LISTS, "qb:HierarchicalCodeList"),
}
# What turns the sound cubes into ones that break the constraint.
PLANTED = [
    ("ic-01", "DELETE DATA { :rain2 qb:dataSet :rain } ; INSERT DATA { :rain2 a qb:Observation }"),
    ("ic-01", "INSERT DATA { :rain2 qb:dataSet :weather }"),
    ("ic-02", "INSERT DATA { :rain qb:structure :weatherStructure }"),
    ("ic-02", "DELETE DATA { :rain qb:structure :rainStructure }"),
    ("ic-03", "DELETE WHERE { ?component qb:measure :tons }"),
    ("ic-04", "DELETE DATA { :year rdfs:range xsd:gYear }"),
    ("ic-05", "DELETE DATA { :season qb:codeList :seasons }"),
    ("ic-06", "INSERT { ?component qb:componentRequired false } WHERE { ?component qb:dimension :year }"),
    ("ic-07", "DELETE DATA { :rainStructure qb:sliceKey :byPlace }"),
    ("ic-08", "INSERT DATA { :byPlace qb:componentProperty :season }"),
    ("ic-09", "INSERT DATA { :northernRain qb:sliceStructure :another . :another a qb:SliceKey }"),
    ("ic-09", "DELETE DATA { :northernRain qb:sliceStructure :byPlace }"),
    ("ic-10", "DELETE DATA { :northernRain :place :north }"),
    ("ic-11", 'DELETE DATA { :rain2 :year "2030"^^xsd:gYear }'),
    ("ic-12", 'INSERT DATA { :rain3 qb:dataSet :rain ; :place :south ; :year "2030"^^xsd:gYear ; :depth 1 }'),
    ("ic-13", "DELETE DATA { :rain :unit :millimetre }"),
    ("ic-14", "DELETE WHERE { :rain2 :depth ?depth }"),
    ("ic-15", "DELETE WHERE { :weather1 :warmth ?degrees }"),
    ("ic-16", "INSERT DATA { :weather1 :wind 4 }"),
    ("ic-17", "DELETE WHERE { :weather2 ?property ?value }"),
    ("ic-18", "INSERT DATA { :northernRain qb:observation :weather1 }"),
    ("ic-19", "DELETE DATA { :south skos:inScheme :places }"),
    ("ic-19", "DELETE DATA { :seasons skos:member :summer }"),
    ("ic-20", "DELETE DATA { :coast :contains :bay }"),
    ("ic-20", "INSERT DATA { :harvest1 :region :hill }"),
    ("ic-21", "DELETE DATA { :branch :belongsTo :union }"),
]


def normalised(store: Store) -> Store:
    """*store*, with everything that an abbreviated cube leaves out put in."""
    store.update((QUERIES / "normalise.ru").read_text())
    return store


def readings(store: Store, constraint: str) -> Iterator[str]:
    """The query of *constraint*; once for each property that leads from parent to child if it asks for one."""
    text = (QUERIES / f"{constraint}.rq").read_text()
    if "<urn:x-parent-child>" not in text:
        yield text
        return
    inverse = "/<http://www.w3.org/2002/07/owl#inverseOf>" if constraint == "ic-21" else ""
    asked = f"SELECT DISTINCT ?p {{ ?list <http://purl.org/linked-data/cube#parentChildProperty>{inverse} ?p }}"
    for (step,) in store.query(asked):
        if isinstance(step, NamedNode):
            yield text.replace("<urn:x-parent-child>", str(step))


def offenders(store: Store, constraint: str) -> list[str]:
    found = (solution for query in readings(store, constraint) for solution in store.query(query))
    return sorted(" ".join(map(str, solution)) for solution in found)


def ill_typed(graph: Graph) -> list[str]:
    """Every literal whose lexical form its datatype does not know. Spec: IC-0."""
    literals = {node for triple in graph for node in triple if isinstance(node, Literal)}
    return sorted(
        node.n3()
        for node in literals
        if node.ill_typed or (node.datatype in UNCHECKED and not re.fullmatch(UNCHECKED[node.datatype], str(node)))
    )


def sound_cube(change: str = "") -> Store:
    store = Store()
    store.load(path=QUERIES / "sound.ttl", format=RdfFormat.TURTLE)
    if change:
        store.update(PREFIXES + change)
    return normalised(store)


@pytest.fixture(scope="module")
def cube(documents: Mapping[Path, Graph], root: Path) -> Store:
    """Everything published, shapes included, as one graph, normalised."""
    store = Store()
    for path in documents:
        store.load(path=root / path, format=RdfFormat.TURTLE)
    return normalised(store)


def test_all_constraints_of_the_specification_are_here() -> None:
    assert [f"ic-{number:02}" for number in range(1, 22)] == CONSTRAINTS
    assert {constraint for constraint, _ in PLANTED} == set(CONSTRAINTS)


def test_no_literal_is_ill_typed_as_ic_0_demands(documents: Mapping[Path, Graph]) -> None:
    assert {str(path): wrong for path, graph in documents.items() if (wrong := ill_typed(graph))} == {}


@pytest.mark.parametrize(
    "literal",
    [
        '"2024-02-30"^^xsd:date',
        '"zwölf"^^xsd:decimal',
        '"-1"^^xsd:nonNegativeInteger',
        '"24"^^xsd:gYear',
        '"yes"^^xsd:boolean',
    ],
)
@pytest.mark.filterwarnings("ignore")  # rdflib warns of what it cannot read, which is what is asked of it here
def test_an_ill_typed_literal_is_found_as_ic_0_demands(literal: str) -> None:
    graph = Graph().parse(data=f"@prefix xsd: <{XSD}> . <http://example.org/x> <http://example.org/y> {literal} .")

    assert len(ill_typed(graph)) == 1


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_everything_published_keeps_the_constraint(cube: Store, constraint: str) -> None:
    assert offenders(cube, constraint) == []


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_the_sound_cubes_keep_the_constraint(constraint: str) -> None:
    assert offenders(sound_cube(), constraint) == []


@pytest.mark.parametrize(("constraint", "change"), PLANTED)
def test_a_planted_violation_of_the_constraint_is_found(constraint: str, change: str) -> None:
    assert offenders(sound_cube(change), constraint) != []


@pytest.mark.parametrize(("constraint", "reason", "premise"), [(c, *why) for c, why in VACUOUS.items()])
def test_a_constraint_that_cannot_apply_still_cannot(cube: Store, constraint: str, reason: str, premise: str) -> None:
    """The day its premise is published, the constraint applies and leaves the table."""
    asked = f"ASK {{ {{ ?x ?y {premise} }} UNION {{ ?x {premise} ?y }} }}"

    assert constraint in CONSTRAINTS
    assert reason
    assert not cube.query(PREFIXES + asked)


def test_every_dimension_of_every_figure_is_really_in_a_cube(cube: Store) -> None:
    """The constraints would hold of an empty cube: the 45 figures of the first report have three dimensions each."""
    report = "https://w3id.org/cppcc-graph/report/hengyang-2024/dataset"
    counted = f"""SELECT ?o ?d {{ ?o qb:dataSet <{report}> .
        <{report}> qb:structure/qb:component/qb:dimension ?d . ?o ?d ?v }}"""

    assert len(list(cube.query(PREFIXES + counted))) == 3 * 45
