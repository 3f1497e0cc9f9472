"""The model's own pages say what is really there."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from rdflib import OWL, Graph, URIRef

BASE = "https://w3id.org/cppcc-graph/"


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "ontology" / "README.md").read_text()


def test_the_example_of_a_relation_stands_in_the_data(readme: str, published: Graph) -> None:
    (example,) = re.findall(r"```turtle\n(.*?)```", readme, re.DOTALL)
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in Graph().namespaces())
    shown = Graph().parse(data=f"{prefixes}@prefix cppcc: <{BASE}ontology#> .\n" + example.replace("<…/", f"<{BASE}"))

    assert len(shown) == 9
    assert set(shown) - set(published) == set()


def test_every_own_property_that_the_readme_names_is_defined(readme: str, own_properties: frozenset[URIRef]) -> None:
    known = {str(term).partition("#")[2] for term in own_properties}
    named = set(re.findall(r"`(?:cppcc:)?([a-z]+[A-Z][A-Za-z]+)`", readme)) - {"lowerCamel"}

    assert named
    assert named - known == set()


def test_the_changelog_begins_with_the_version_of_the_ontology(root: Path, model: Graph) -> None:
    versions = re.findall(r"^## (\S+)$", (root / "ontology" / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert versions[0] == str(model.value(URIRef(BASE + "ontology"), OWL.versionInfo))


def test_the_changelog_lists_every_vocabulary(root: Path, documents: Mapping[Path, Graph]) -> None:
    told = re.sub(r"\s+", " ", (root / "ontology" / "CHANGELOG.md").read_text())
    names = [path.stem.replace("-", " ") for path in documents if path.parent.name == "vocabularies"]

    assert len(names) == 19
    assert [name for name in names if name not in told] == []
