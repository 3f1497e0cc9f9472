"""``python -m cppcc_graph`` is the command ``cppcc``."""

from cppcc_graph.cli import main

if __name__ == "__main__":
    main()
