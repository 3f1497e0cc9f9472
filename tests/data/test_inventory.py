"""How much of the first report the graph holds, against an inventory of what it says."""

import pytest
from rdflib import RDF, RDFS, Graph

ENTITIES = "https://w3id.org/cppcc-graph/id/"
REPORT = "https://w3id.org/cppcc-graph/report/hengyang-2024"

# Section: least number of items, and the classes whose members are counted. Subclasses count.
INVENTORY = {
    "organisations": (45, ["cppcc:Organisation"]),
    "persons": (5, ["foaf:Person"]),
    "places": (18, ["cppcc:Place"]),
    "programmes": (67, ["cppcc:Programme"]),
    "events": (17, ["cppcc:Event"]),
    "documents": (12, ["cppcc:Document"]),
    "topics": (27, ["cppcc:Topic"]),
    "recognitions": (13, ["cppcc:Recognition"]),
    "figures": (45, ["qb:Observation"]),
    "relations": (254, ["cppcc:Statement"]),
}


def count(merged: Graph, pattern: str) -> int:
    [[number]] = merged.query(f"SELECT (COUNT(DISTINCT ?node) AS ?n) {{ {pattern} }}")
    return number.toPython()


@pytest.mark.parametrize("section", INVENTORY)
def test_a_section_of_the_inventory_is_reached(merged: Graph, section: str):
    least, classes = INVENTORY[section]
    found = count(merged, f"VALUES ?class {{ {' '.join(classes)} }} ?node a/rdfs:subClassOf* ?class .")

    assert found >= least


def test_there_are_45_figures_of_which_5_are_lower_bounds_4_over_years_and_2_ranks(merged: Graph):
    figure = f"?node a qb:Observation ; cppcc:statedIn <{REPORT}>"

    assert count(merged, figure) == 45
    assert count(merged, f"{figure} ; cppcc:bound <https://w3id.org/cppcc-graph/vocabulary/bounds#more-than>") == 5
    assert count(merged, f"{figure} ; cppcc:rankScope ?scope") == 2
    assert count(merged, f"{figure} ; cppcc:period ?period . ?period time:hasDurationDescription ?years") == 4


@pytest.mark.parametrize(
    "kind", ["cppcc:Event", "cppcc:Recognition", "qb:Observation", "cppcc:Statement", "org:Membership"]
)
def test_every_node_that_states_something_has_evidence(merged: Graph, kind: str):
    assert count(merged, f"?node a {kind} . MINUS {{ ?node cppcc:evidence/oa:start ?start }}") == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_entity_has_a_label(merged: Graph, language: str):
    entities = {str(node) for node in merged.subjects(RDF.type) if str(node).startswith(ENTITIES)}
    labelled = {str(node) for node, label in merged.subject_objects(RDFS.label) if label.language == language}

    assert len(entities) > 150
    assert entities - labelled == set()
