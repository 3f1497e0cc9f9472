"""CPPCC (政协) yearly work reports as a knowledge graph: ontology, evidence, validation, SPARQL."""

__version__ = "0.1.0"
