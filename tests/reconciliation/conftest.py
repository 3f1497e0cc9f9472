"""The published data and the parties, reconciled with over HTTP, and the specification's schemas."""

import json
import os
from pathlib import Path

import pyoxigraph
import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from cppcc_graph.publish import open_store
from cppcc_graph.settings import Settings
from cppcc_graph.web import create_app

HERE = Path(__file__).parent
SCHEMAS = Path(os.environ.get("CPPCC_SCHEMAS") or HERE.parents[1].parent / "shared" / "schemas") / "reconciliation-0.2"


@pytest.fixture(scope="session")
def store():
    opened = open_store(None)
    parties = [quad.triple for quad in pyoxigraph.parse(path=HERE / "parties.ttl")]
    opened.replace_graph("https://w3id.org/cppcc-graph/graph/parties", parties)
    return opened


@pytest.fixture(scope="session")
def app(store):
    return create_app(Settings(), store)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def asked(client):
    """The candidates for some queries, by key."""

    def found(queries, **more):
        answer = client.post("/reconcile", data={"queries": json.dumps(queries)}, query_string=more)
        assert answer.status_code == 200, answer.text
        return {key: told["result"] for key, told in answer.json.items()}

    return found


@pytest.fixture(scope="session")
def conforms():
    """Raises where a document does not conform to one of the specification's schemas."""
    if not SCHEMAS.is_dir():
        pytest.skip(f"the schemas of reconciliation are not in {SCHEMAS}; CPPCC_SCHEMAS may name their parent folder")
    schemas = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.glob("*.json")}
    registry = Registry().with_resources(
        (schema.get("$id", name), Resource(contents=schema, specification=DRAFT7)) for name, schema in schemas.items()
    )

    def check(document, name):
        Draft7Validator(schemas[f"{name}.json"], registry=registry).validate(document)

    return check
