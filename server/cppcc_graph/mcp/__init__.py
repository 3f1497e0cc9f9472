"""
The graph for language models: tools that look things up and ask, none that writes.

Spec: Model Context Protocol, Server Features (Tools).
"""

from cppcc_graph.mcp.server import create_server

__all__ = ["create_server"]
