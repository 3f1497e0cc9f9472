"""
The interface of this server as OpenAPI describes it, made from its routes.

What a route itself does not say stands in `described`. Spec: OpenAPI Specification 3.1.1.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias, cast

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.routing import Rule

from cppcc_graph import __version__
from cppcc_graph.formats import Format, ResultForm
from cppcc_graph.questions import Question
from cppcc_graph.questions.parameters import parameters_of
from cppcc_graph.store.base import Answer
from cppcc_graph.web.answering import kept, opaque_of
from cppcc_graph.web.described import (
    DESCRIBED,
    EXAMPLES,
    EXEMPT,
    FORMAT,
    QUERY_TEXT,
    READING,
    USUAL,
    WRITING,
    Described,
    Taken,
)
from cppcc_graph.web.problem import MEDIA_TYPES
from cppcc_graph.web.sparql_request import FORM

blueprint = Blueprint("openapi", __name__)

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json]"

OPENAPI = Format(name="json", label="OpenAPI", media_type="application/json", extension="json", holds=frozenset())
_PROBLEM = "#/components/schemas/Problem"
_PART = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_KINDS = {"int": "integer"}
_OUTCOMES = {
    200: "The answer.",
    201: "Made; Location says where.",
    202: "Taken on; Location says where it is told how far it is.",
    204: "Done, and nothing more to say.",
    206: "A part of the bytes.",
    304: "The client has it already.",
    400: "The request is wrong, and the answer says where.",
    401: "A token is needed.",
    403: "This is not allowed here.",
    404: "There is nothing here.",
    405: "This is not done here.",
    406: "None of the accepted formats can hold the answer.",
    409: "The data do not allow it.",
    410: "It was removed.",
    412: "The data have changed meanwhile.",
    413: "Too long.",
    414: "The address is too long.",
    415: "The body is in a format that is not read.",
    416: "No byte lies there.",
    422: "The data would break the shapes; the answer is the report.",
    429: "Too many attempts.",
    502: "Something behind this server did not answer.",
    503: "Too much, or not now.",
    507: "It could not be kept.",
}
_ELSEWHERE = "Location says where."
_PROBLEM_SCHEMA: Json = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
        "supported": {"type": "array", "items": {"type": "string"}},
    },
}


@blueprint.route("/openapi.json")
def show() -> Response:
    """The interface of this server as an OpenAPI 3.1 document."""
    app = cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]  # of a proxy
    body = _written(app, request.url_root.rstrip("/"))
    return kept(
        opaque_of("openapi", request.url_root),
        lambda: Answer(form=ResultForm.GRAPH, format=OPENAPI, body=body, n_rows=None),
    )


@lru_cache(maxsize=4)
def _written(app: Flask, root: str) -> bytes:
    return json.dumps(description(app, root), ensure_ascii=False, indent=1).encode()


def description(app: Flask, root: str) -> dict[str, Json]:
    """
    The whole document.

    Args:
        app: Whose routes are described.
        root: Its own absolute address.
    """
    paths: dict[str, dict[str, Json]] = {}
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"} - EXEMPT.keys()):
            if rule.endpoint not in EXEMPT:
                path = _PART.sub(r"{\2}", rule.rule)
                paths.setdefault(path, {})[method.lower()] = _operation(app, rule, method, path)
    questions: dict[str, Question] = app.extensions["questions"]
    for question in questions.values():
        if parameters_of(question):
            paths[f"/questions/{question.slug}"] = {"get": _of_question(question)}
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "cppcc-graph",
            "version": __version__,
            "summary": "CPPCC work reports as a graph: every figure with its evidence.",
            "license": {"name": "Apache-2.0 (code), CC BY 4.0 (data)", "identifier": "Apache-2.0 AND CC-BY-4.0"},
        },
        "servers": [{"url": root}],
        "paths": cast("Json", dict(sorted(paths.items()))),
        "components": {
            "schemas": {"Problem": _PROBLEM_SCHEMA},
            "responses": {str(status): _problem(status) for status in sorted({*READING, *WRITING, 410, 416})},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def described(endpoint: str, method: str) -> Described:
    """What a method of an endpoint takes and gives."""
    return DESCRIBED.get(endpoint if method == "GET" else f"{method} {endpoint}", USUAL)


def _operation(app: Flask, rule: Rule, method: str, path: str) -> dict[str, Json]:
    said = described(rule.endpoint, method)
    made: dict[str, Json] = {
        "operationId": _name(method, path),
        "summary": _summary(app.view_functions[rule.endpoint].__doc__ or ""),
        "tags": [rule.endpoint.partition(".")[0]],
        "parameters": [*_in_path(rule, path), *map(_in_query, said.query)],
        "responses": _responses(said),
    }
    if said.body:
        made["requestBody"] = {"required": True, "content": {kind: _body(kind) for kind in said.body}}
    if 401 in said.problems:
        made["security"] = [{}, {"token": []}]
    return made


def _name(method: str, path: str) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{path}list" if path.endswith("/") and path != "/" else path).strip("-")
    return f"{method.lower()}-{words or 'home'}"


def _of_question(question: Question) -> dict[str, Json]:
    said = described("questions.show", "GET")
    taken = [
        Taken(name=parameter.name, what=f"Only what has this {parameter.titles['en']}.")
        for parameter in parameters_of(question)
    ]
    return {
        "operationId": f"get-question-{question.slug}",
        "summary": question.titles.get("en", question.slug),
        "tags": ["questions"],
        "parameters": [_in_query(one) for one in (*taken, FORMAT)],
        "responses": _responses(said),
    }


def _summary(docstring: str) -> str:
    said = " ".join(docstring.split()).replace("``", "`")
    return re.split(r"(?<=\.) (?=[A-Z])", said)[0]


def _in_path(rule: Rule, path: str) -> Iterator[Json]:
    for kind, name in _PART.findall(rule.rule):
        values = re.search(rf"any\(([^)]*)\):{name}>", rule.rule)
        schema: dict[str, Json] = {"type": _KINDS.get(kind, "string")}
        if kind == "int":
            schema["minimum"] = 0
        elif values:
            schema["enum"] = [value.strip() for value in values[1].split(",")]
        else:
            schema["minLength"] = 1
        example: dict[str, Json] = {"example": EXAMPLES[path]} if path in EXAMPLES else {}
        yield {"name": name, "in": "path", "required": True, "schema": schema, **example}


def _in_query(taken: Taken) -> Json:
    one: Json = {"type": taken.kind}
    schema: Json = {"type": "array", "items": one} if taken.is_repeated else one
    example: dict[str, Json] = {"example": [taken.example] if taken.is_repeated else taken.example}
    return {
        **(example if taken.example else {}),
        "name": taken.name,
        "in": "query",
        "description": taken.what,
        "required": taken.is_required,
        "schema": schema,
    }


def _body(kind: str) -> Json:
    if kind != FORM:
        return {"schema": {"type": "string"}}
    return {
        "schema": {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}},
        "example": {"query": QUERY_TEXT.example},
    }


def _responses(said: Described) -> dict[str, Json]:
    known: dict[str, Json] = {}
    for status, types in said.answers.items():
        known[str(status)] = {"description": _OUTCOMES.get(status, _ELSEWHERE), **_content(types)}
    for status in said.problems:
        known.setdefault(str(status), {"$ref": f"#/components/responses/{status}"})
    return dict(sorted(known.items()))


def _content(types: Sequence[str]) -> dict[str, Json]:
    return {"content": {kind: {} for kind in types}} if types else {}


def _problem(status: int) -> Json:
    return {"description": _OUTCOMES[status], "content": _problem_content(status)}


def _problem_content(status: int) -> Json:
    told: dict[str, Json] = {types[0]: {} for types in MEDIA_TYPES.values()}
    told["application/problem+json"] = {"schema": {"$ref": _PROBLEM}}
    if status == 422:
        told["text/turtle"] = {}
    return told
