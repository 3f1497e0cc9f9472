"""The W3C's tests of the SPARQL 1.1 Service Description, over the bare mode and the normal one."""

from collections.abc import Callable, Mapping

import pyoxigraph
import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat
from tests.conformance.conftest import AUTHORITY, Door, reading
from tests.conformance.manifest import RDF, Manifest, suite

SD = "http://www.w3.org/ns/sparql-service-description#"
ENDPOINT = NamedNode(f"http://{AUTHORITY}/sparql")
TYPE = NamedNode(RDF + "type")
# Spec: SPARQL 1.1 Service Description, sections 3.2 (classes), 3.3 (instances) and 3.4 (properties); languages without
# a number and the property supportedVersion are those of 1.2.
BELOW = {"Dataset": "GraphCollection"}
CLASSES = {
    *("Service", "Language", "Function", "Aggregate", "EntailmentRegime", "EntailmentProfile"),
    *("GraphCollection", "Dataset", "Graph", "NamedGraph", "Feature"),
}
INSTANCES = {
    **dict.fromkeys(("SPARQL10Query", "SPARQL11Query", "SPARQL11Update", "SPARQLQuery", "SPARQLUpdate"), "Language"),
    **dict.fromkeys(
        ("DereferencesURIs", "UnionDefaultGraph", "RequiresDataset", "EmptyGraphs", "BasicFederatedQuery"), "Feature"
    ),
}
PROPERTIES = {
    "endpoint": ("Service", None),
    "feature": ("Service", "Feature"),
    "defaultEntailmentRegime": ("Service", None),
    "entailmentRegime": ("NamedGraph", None),
    "defaultSupportedEntailmentProfile": ("Service", None),
    "supportedEntailmentProfile": ("NamedGraph", None),
    "extensionFunction": ("Service", "Function"),
    "extensionAggregate": ("Service", "Aggregate"),
    "languageExtension": ("Service", None),
    "supportedLanguage": ("Service", "Language"),
    "supportedVersion": ("Service", None),
    "propertyFeature": ("Service", None),
    "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "GraphCollection"),
    "resultFormat": ("Service", None),
    "inputFormat": ("Service", None),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("GraphCollection", "NamedGraph"),
    "name": ("NamedGraph", None),
    "graph": ("NamedGraph", "Graph"),
}

Facts = list[pyoxigraph.Triple]


def described(door: Door, accept: str = "text/turtle") -> Facts:
    got = door("GET", "/sparql", {"Accept": accept}, b"")
    assert got.status == 200
    assert got.headers["content-type"].partition(";")[0] == accept
    rdf_format = RdfFormat.from_media_type(accept)
    return [quad.triple for quad in pyoxigraph.parse(got.body, format=rdf_format)]


def returns_rdf(door: Door) -> None:
    for accept in ("text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"):
        assert described(door, accept) != []


def has_endpoint_triple(door: Door) -> None:
    endpoints = [fact.object for fact in described(door) if fact.predicate.value == SD + "endpoint"]

    assert endpoints == [ENDPOINT]


def conforms_to_schema(door: Door) -> None:
    facts = described(door)
    types = types_of(facts)
    for fact in facts:
        name = fact.predicate.value.removeprefix(SD)
        if name == fact.predicate.value:
            continue
        domain, domain_of_object = PROPERTIES[name]
        assert domain in types[fact.subject], fact
        if domain_of_object is not None:
            assert domain_of_object in types.get(fact.object, known(fact.object)), fact
        if domain_of_object is None or name == "name":
            assert isinstance(fact.object, NamedNode), fact
    used = {fact.object.value.removeprefix(SD) for fact in facts if fact.predicate == TYPE if SD in fact.object.value}
    assert used <= CLASSES
    for only in ("defaultGraph", "defaultDataset", "endpoint"):
        assert sum(fact.predicate.value == SD + only for fact in facts) == 1


def types_of(facts: Facts) -> Mapping[NamedNode | BlankNode, set[str]]:
    types: dict[NamedNode | BlankNode, set[str]] = {}
    for fact in facts:
        if fact.predicate == TYPE:
            name = fact.object.value.removeprefix(SD)
            types.setdefault(fact.subject, set()).update({name, BELOW.get(name, name)})
    return types


def known(term: object) -> set[str]:
    name = term.value.removeprefix(SD) if isinstance(term, NamedNode) else ""
    return {INSTANCES[name]} if name in INSTANCES else set()


CHECKS: Mapping[str, Callable[[Door], None]] = {
    "returns-rdf": returns_rdf,
    "has-endpoint-triple": has_endpoint_triple,
    "conforms-to-schema": conforms_to_schema,
}


def test_the_manifest_has_the_tests_that_are_written_here() -> None:
    cases = Manifest(suite() / "sparql11" / "service-description" / "manifest.ttl").cases()

    assert {case.name for case in cases} == set(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_the_bare_mode_describes_itself(bare: Door, name: str) -> None:
    bare("PUT", "/graphs?graph=http://ex/g", {"Content-Type": "text/turtle"}, b"<x:s> <x:p> 1 .")
    CHECKS[name](bare)


@pytest.mark.parametrize("name", CHECKS)
def test_the_normal_mode_describes_itself(name: str) -> None:
    data = suite() / "sparql11" / "protocol"
    CHECKS[name](reading({"http://ex/1": data / "data1.nt", "http://ex/2": data / "data2.nt"}))


def features(door: Door) -> set[str]:
    return {
        fact.object.value.removeprefix(SD)
        for fact in described(door)
        if fact.predicate.value in (SD + "feature", SD + "supportedLanguage") and fact.object.value.startswith(SD)
    }


def test_each_mode_claims_only_what_it_does(bare: Door) -> None:
    assert {"SPARQL11Query", "SPARQL11Update"} <= features(bare)
    assert "UnionDefaultGraph" not in features(bare)
    assert "UnionDefaultGraph" in features(reading({}))
    assert "SPARQL11Update" not in features(reading({}))
