"""
An update as it is given to the engine: with the dataset of the request, without any LOAD.

The engine takes declarations only before the first operation, so later ones are moved there. It takes no dataset beside
an update, so that is written into the text, as USING clauses before each WHERE. And where an operation reads several
graphs as its default graph, the engine would count a triple once for each of them; so they are first added up in a
graph of an unguessable name, which is dropped after the operation, all in one transaction.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

from cppcc_graph.errors import BadSyntax
from cppcc_graph.guard.tokens import place_of
from cppcc_graph.guard.updates import Operation, operations_of
from cppcc_graph.phrases import mark
from cppcc_graph.store.base import UpdateRequest, named

_SEVERAL = 2


@dataclass(frozen=True, slots=True)
class _Edit:
    """The characters from `start` to `end` of an update become `text`; edits are ordered and do not overlap."""

    start: int
    end: int
    text: str


def rewritten(request: UpdateRequest) -> str:
    """
    The update that does what *request* asks.

    Raises:
        BadSyntax: it says USING or WITH and the request names graphs too, or a graph's name is no absolute IRI.
        TooComplex, ServiceRefused, LoadRefused: as `guard.updates.operations_of` tells.

    Spec: SPARQL 1.1 Protocol, section 2.2.3 (specifying an RDF dataset).
    """
    operations = operations_of(request.update)
    _refuse_two_datasets(request, operations)
    moved = _moved_declarations(request.update, operations)
    edits = [edit for operation in operations for edit in _edits(operation, request)]
    return _edited(request.update, sorted([*moved, *edits], key=lambda edit: (edit.start, edit.end)))


def _moved_declarations(update: str, operations: list[Operation]) -> list[_Edit]:
    """
    Every declaration goes before the first operation.

    That is possible while none of them changes a declaration that an earlier operation read.
    """
    known = {declared.name: declared.value for operation in operations[:1] for declared in operation.declarations}
    edits = []
    text = ""
    for declared in (declared for operation in operations[1:] for declared in operation.declarations):
        if known.get(declared.name) != declared.value:
            if declared.name in known or ":" not in declared.name:
                line, column = place_of(update, declared.start)
                template = mark("%(name)s is declared anew between operations; send what follows by itself")
                raise BadSyntax(template, values=(declared.name,), line=line, column=column, source="update")
            text += f"PREFIX {declared.name} {declared.value} "
            known[declared.name] = declared.value
        edits.append(_Edit(declared.start, declared.end, ""))
    return [_Edit(operations[0].start, operations[0].start, text), *edits] if text else edits


def _refuse_two_datasets(request: UpdateRequest, operations: list[Operation]) -> None:
    if not (request.using_graph_iris or request.using_named_graph_iris):
        return
    for operation in operations:
        if operation.names_its_graphs:
            line, column = place_of(request.update, operation.start)
            template = mark("USING and WITH cannot stand in an update whose request names graphs (using-graph-uri)")
            raise BadSyntax(template, line=line, column=column, source="update")


def _edits(operation: Operation, request: UpdateRequest) -> Iterator[_Edit]:
    if operation.iris:
        document, graph = operation.iris[0], operation.iris[-1]
        # Reads both names, so that a wrong one is found, and does nothing.
        text = f"INSERT {{ {document} <x:x> {graph} }} WHERE {{ FILTER(false) }}"
        yield _Edit(operation.start, operation.end, text)
    elif operation.where is not None:
        yield from _with_dataset(operation, operation.where, request)


def _with_dataset(operation: Operation, where: int, request: UpdateRequest) -> Iterator[_Edit]:
    own = [clause for clause in operation.using if not clause.is_named]
    default = [clause.written for clause in own] or [str(named(iri)) for iri in request.using_graph_iris]
    clauses = [f"USING NAMED {named(iri)} " for iri in request.using_named_graph_iris]
    merge = f"<urn:uuid:{uuid4()}>" if len(default) >= _SEVERAL else ""
    if merge:
        steps = (f"ADD SILENT GRAPH {graph} TO GRAPH {merge} ; " for graph in dict.fromkeys(default))
        yield _Edit(operation.start, operation.start, "".join(steps))
        clauses.append(f"USING {merge} ")
        yield from (_Edit(clause.start, clause.end, "") for clause in own)
    else:
        clauses.extend(f"USING {graph} " for graph in default if not own)
    if clauses:
        # DELETE WHERE is short for the same pattern twice, and takes no USING.
        yield _Edit(where, where, f"{operation.pattern} {''.join(clauses)}")
    if merge:
        yield _Edit(operation.end, operation.end, f" ; DROP SILENT GRAPH {merge}")


def _edited(update: str, edits: list[_Edit]) -> str:
    parts = []
    position = 0
    for edit in edits:
        parts += [update[position : edit.start], edit.text]
        position = edit.end
    return "".join([*parts, update[position:]])
