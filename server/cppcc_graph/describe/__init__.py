"""
What the dataset says about one thing, in both directions, ready to show.

A thing with a path of its own (an organisation, an observation, a span) is an :class:`Entity`; a document whose parts
have hash IRIs (the ontology, a vocabulary) is a :class:`Vocabulary`.
"""

from cppcc_graph.describe.earlier import surroundings, vocabulary_surroundings
from cppcc_graph.describe.entity import describe, document, evidence
from cppcc_graph.describe.things import DefinedTerm, Entity, Named, Property, Source, Span, Value, Vocabulary
from cppcc_graph.describe.vocabulary import describe_vocabulary, vocabulary_document

__all__ = [
    "DefinedTerm",
    "Entity",
    "Named",
    "Property",
    "Source",
    "Span",
    "Value",
    "Vocabulary",
    "describe",
    "describe_vocabulary",
    "document",
    "evidence",
    "surroundings",
    "vocabulary_document",
    "vocabulary_surroundings",
]
