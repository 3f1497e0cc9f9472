"""
CPPCC (政协) yearly work reports as a knowledge graph: ontology, evidence, validation, SPARQL.

For notebooks: :func:`open_dataset` gives everything as an `rdflib.Dataset`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cppcc_graph.dataset import open_dataset

__all__ = ["__version__", "open_dataset"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # Importing rdflib takes a quarter of a second, which the server never needs.
    if name == "open_dataset":
        from cppcc_graph.dataset import open_dataset

        return open_dataset
    raise AttributeError(f"module {__name__} has no attribute {name}")
