"""
Names as people write them, brought together with the things that are meant.

Spec: Reconciliation Service API 0.2, https://reconciliation-api.github.io/specs/0.2/
"""

from cppcc_graph.reconciliation.candidates import Candidate, candidates
from cppcc_graph.reconciliation.extending import Extension, extended, proposed_properties
from cppcc_graph.reconciliation.reading import (
    MAX_QUERIES,
    ExtensionQuery,
    PropertyValue,
    Query,
    read_extension,
    read_queries,
)

__all__ = [
    "MAX_QUERIES",
    "Candidate",
    "Extension",
    "ExtensionQuery",
    "PropertyValue",
    "Query",
    "candidates",
    "extended",
    "proposed_properties",
    "read_extension",
    "read_queries",
]
