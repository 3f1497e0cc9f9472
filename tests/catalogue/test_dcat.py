"""The catalogue: conforms to DCAT-AP, tells the truth about its files, and is a page for people."""

import hashlib
import json
import os
import re
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, SH

from cppcc_graph import terms
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import NamedNode, Triple
from cppcc_graph.web import create_app

DCAT = Namespace("http://www.w3.org/ns/dcat#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
CATALOGUE = URIRef("http://localhost/catalogue")
FOLDER = Path(os.environ.get("CPPCC_SCHEMAS") or Path(__file__).parents[2].parent / "shared" / "schemas")
DATA_BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def described(client):
    return Graph().parse(data=client.get("/catalogue?format=turtle").text, format="turtle")


def told_on(page):
    [block] = DATA_BLOCK.findall(page.text)
    return json.loads(block)


@pytest.fixture(scope="module")
def dcat_ap():
    """
    The shapes of DCAT-AP 3.0.1, of the specification and of the ranges.

    The published file names property shapes that it does not contain, in the shape of data services and that of
    identifiers; they say nothing, and are left out.
    """
    folder = FOLDER / "dcat-ap-3.0.1"
    if not folder.is_dir():
        pytest.skip(f"the shapes of DCAT-AP are not in {folder}; CPPCC_SCHEMAS may name their parent folder")
    shapes = Graph()
    for path in sorted(folder.glob("*.ttl")):
        shapes.parse(path)
    for triple in list(shapes.triples((None, SH.property, None))):
        if (triple[2], SH.path, None) not in shapes:
            shapes.remove(triple)
    return shapes


@pytest.mark.slow
def test_the_catalogue_conforms_to_dcat_ap(published_client, dcat_ap):
    """One thing is added that RDFS says of everything and that DCAT-AP asks for: what is named is a resource."""
    graph = described(published_client)
    graph += [(node, RDF.type, RDFS.Resource) for node in set(graph.objects()) if isinstance(node, URIRef)]
    conforms, _report, text = pyshacl.validate(graph, shacl_graph=dcat_ap)

    assert conforms, text
    assert not list(graph.subjects(DCTERMS.title, Literal("")))


@pytest.mark.slow
def test_the_shapes_would_notice_what_is_missing(published_client, dcat_ap):
    graph = described(published_client)
    graph.remove((CATALOGUE, DCTERMS.publisher, None))
    _conforms, _report, text = pyshacl.validate(graph, shacl_graph=dcat_ap)

    assert f"Less than 1 values on <{CATALOGUE}>" in text


def test_every_file_has_the_length_and_the_checksum_that_are_told(published_client):
    graph = described(published_client)
    told = list(graph.subject_objects(SPDX.checksum))

    assert len(told) == len(list(graph.objects(URIRef("http://localhost/void#dataset"), DCAT.distribution)))
    for distribution, checksum in told:
        body = published_client.get(str(graph.value(distribution, DCAT.downloadURL))).data
        assert str(graph.value(distribution, DCAT.byteSize)) == str(len(body))
        assert str(graph.value(checksum, SPDX.checksumValue)) == hashlib.sha256(body).hexdigest()


def test_every_address_that_is_told_answers_with_the_type_that_is_told(published_client):
    graph = described(published_client)
    for distribution, address in graph.subject_objects(DCAT.downloadURL):
        told = graph.value(distribution, DCAT.compressFormat) or graph.value(distribution, DCAT.packageFormat)
        media_type = str(told or graph.value(distribution, DCAT.mediaType)).partition("media-types/")[2]
        answer = published_client.get(str(address))
        assert (answer.status_code, answer.mimetype) == (200, media_type)
    for page in {*graph.objects(None, DCAT.accessURL), *graph.objects(None, DCAT.landingPage)}:
        assert published_client.get(str(page), follow_redirects=True).status_code == 200


def test_a_report_is_a_dataset_of_the_series_with_what_the_data_say_of_it(published_client):
    graph = described(published_client)
    dataset = URIRef("http://localhost/graphs/report/hengyang-2024#dataset")
    report = URIRef("https://w3id.org/cppcc-graph/report/hengyang-2024")
    period = graph.value(dataset, DCTERMS.temporal)

    assert (graph.value(dataset, DCAT.inSeries), RDF.type, DCAT.DatasetSeries) in graph
    assert (str(graph.value(period, DCAT.startDate)), str(graph.value(period, DCAT.endDate))) == (
        "2024-01-01",
        "2024-12-31",
    )
    assert str(graph.value(report, DCTERMS.issued)) == "2024-12-20"
    assert graph.value(dataset, DCTERMS.issued) is None


def test_a_file_that_cannot_be_made_has_no_checksum_and_the_others_have_theirs():
    """No JSON-LD document holds a triple within a triple."""
    said = Triple(NamedNode("x:s"), NamedNode("x:p"), NamedNode("x:o"))
    store = EmbeddedStore()
    store.replace_graph("x:g", [Triple(NamedNode("x:a"), NamedNode("x:says"), said)])
    client = create_app(Settings(), store).test_client()
    graph = described(client)
    without = {
        str(graph.value(distribution, DCAT.downloadURL))
        for distribution in graph.objects(None, DCAT.distribution)
        if graph.value(distribution, SPDX.checksum) is None
    }

    assert without == {"http://localhost/dumps/all.jsonld"}
    assert client.get("/catalogue", headers={"Accept": "text/html"}).status_code == 200


def test_nothing_is_said_of_data_that_say_nothing_of_themselves():
    client = create_app(Settings(), EmbeddedStore()).test_client()
    graph = described(client)

    assert not list(graph.objects(None, DCTERMS.license))
    assert not list(graph.objects(None, DCTERMS.publisher))
    assert not list(graph.objects(None, DCTERMS.description))
    assert DATA_BLOCK.findall(client.get("/").text) == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("address", ["/", "/catalogue"])
def test_a_page_describes_the_dataset_to_search_engines(published_client, address, language):
    """What dataset search asks for: a name, 50 to 5,000 characters of description, and what makes it be found."""
    page = published_client.get(address, headers={"Accept": "text/html", "Accept-Language": language})
    told = told_on(page)

    assert (told["@context"], told["@type"]) == ("https://schema.org/", "Dataset")
    assert told["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert 50 <= len(told["description"]) <= 5000
    assert told["name"]
    assert told["temporalCoverage"] == "2024-01-01/2024-12-31"
    assert told["isAccessibleForFree"] is True
    assert told["creator"]["name"]
    assert told["keywords"]
    assert all(file["contentUrl"].startswith("http://localhost/dumps/") for file in told["distribution"])
    assert published_client.get(told["includedInDataCatalog"]["url"]).status_code == 200
    assert "inline" not in page.headers["Content-Security-Policy"]


def test_no_text_of_the_data_ends_the_element():
    text = "</script><script>alert(1)</script>\u2028<!--"
    about, says = NamedNode("https://w3id.org/cppcc-graph/ontology"), NamedNode(str(DCTERMS.description))
    store = EmbeddedStore()
    store.replace_graph(about.value, [Triple(about, says, terms.Literal(text, language="en"))])
    client = create_app(Settings(), store).test_client()
    page = client.get("/catalogue", headers={"Accept": "text/html"})

    [block] = DATA_BLOCK.findall(page.text)
    assert set("<>&\u2028").isdisjoint(block)
    assert told_on(page)["description"] == text


def test_a_browser_gets_a_page_with_every_file_and_every_report(published_client):
    page = published_client.get("/catalogue", headers={"Accept": "text/html", "Accept-Language": "zh"})

    assert page.headers["Content-Language"] == "zh"
    assert 'href="/dumps/all.nq.gz"' in page.text
    assert 'href="/report/hengyang-2024"' in page.text
    assert 'rel="alternate"; type="text/turtle"' in page.headers["Link"]
