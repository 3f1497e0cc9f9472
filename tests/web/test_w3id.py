"""The redirects that w3id.org needs lead every IRI to where this server answers for it."""

import re
from pathlib import Path
from urllib.parse import quote, unquote, urldefrag

import pytest
from flask.testing import FlaskClient

from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import BASE, NamedNode
from cppcc_graph.web.problem import PROBLEMS

RULES = Path(__file__).parents[2] / "ontology" / "w3id" / ".htaccess"
SERVER = "https://cppcc-graph.example"


def redirected(iri: str) -> str:
    """
    Where the rules send a request for *iri*: Apache matches the decoded path without the folder's, and encodes the
    target again.
    """
    path = unquote(quote(urldefrag(iri)[0], safe="%:/").removeprefix(BASE))
    for pattern, target, flags in re.findall(r"^RewriteRule (\S+) (\S+) \[(.*)\]$", RULES.read_text(), re.MULTILINE):
        found = re.search(pattern, path)
        if found:
            assert flags == "R=302,L"
            written = re.sub(r"\$(\d)", lambda group, found=found: found[int(group[1])], target)
            return quote(written, safe=":/")
    raise AssertionError(f"no rule for {iri}")


def test_every_rule_leads_to_the_one_server() -> None:
    targets = re.findall(r"^RewriteRule \S+ (\S+)", RULES.read_text(), re.MULTILINE)

    assert targets
    assert all(target.startswith(f"{SERVER}/") for target in targets)


def test_every_iri_of_the_data_gets_there(published_client: FlaskClient, published: EmbeddedStore) -> None:
    terms = {term for quad in published.quads() for term in quad if isinstance(term, NamedNode)}
    documents = {urldefrag(term.value)[0] for term in terms if term.value.startswith(BASE)}
    statuses = {published_client.get(redirected(iri).removeprefix(SERVER)).status_code for iri in documents}

    assert len(documents) > 1_000
    assert statuses == {200, 303}


@pytest.mark.parametrize(
    ("iri", "path"),
    [
        (f"{BASE}id/place/明川", "/id/place/%E6%98%8E%E5%B7%9D"),
        (f"{BASE}id/place/%E6%98%8E%E5%B7%9D", "/id/place/%E6%98%8E%E5%B7%9D"),
        (f"{BASE}ontology#Committee", "/ontology"),
        (BASE, "/"),
        (PROBLEMS, "/problems"),
    ],
)
def test_the_path_is_the_same_here_and_there(iri: str, path: str) -> None:
    assert redirected(iri) == f"{SERVER}{path}"
