"""
What the dataset says about one thing, in both directions, ready to show.

A thing with a path of its own (an organisation, an observation, a span) is an :class:`Entity`; a document whose parts
have hash IRIs (the ontology, a vocabulary) is a :class:`Vocabulary`.
"""

from cppcc_graph.describe.earlier import surroundings, vocabulary_surroundings
from cppcc_graph.describe.entity import describe, document, evidence
from cppcc_graph.describe.existence import graph_document, is_known, removal, size_of_graph
from cppcc_graph.describe.schema_org import InSchemaOrg, in_schema_org
from cppcc_graph.describe.signposts import Signposts, signposts
from cppcc_graph.describe.things import (
    DefinedTerm,
    Entity,
    Figure,
    Named,
    Property,
    Source,
    Span,
    Standing,
    Value,
    Vocabulary,
)
from cppcc_graph.describe.vocabulary import describe_vocabulary, vocabulary_document

__all__ = [
    "DefinedTerm",
    "Entity",
    "Figure",
    "InSchemaOrg",
    "Named",
    "Property",
    "Signposts",
    "Source",
    "Span",
    "Standing",
    "Value",
    "Vocabulary",
    "describe",
    "describe_vocabulary",
    "document",
    "evidence",
    "graph_document",
    "in_schema_org",
    "is_known",
    "removal",
    "signposts",
    "size_of_graph",
    "surroundings",
    "vocabulary_document",
    "vocabulary_surroundings",
]
