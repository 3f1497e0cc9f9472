"""
A running server: a supervisor that forks a front, which speaks HTTP, and a nursery, which keeps evaluators.

The supervisor has one thread and reads the data; whatever dies is forked again. The front holds no data at all.
"""

from cppcc_graph.serving.listening import Listener, listen
from cppcc_graph.serving.supervisor import serve
from cppcc_graph.serving.supply import Supply, elsewhere, in_memory, on_disk, versioned, written_in_memory

__all__ = [
    "Listener",
    "Supply",
    "elsewhere",
    "in_memory",
    "listen",
    "on_disk",
    "serve",
    "versioned",
    "written_in_memory",
]
