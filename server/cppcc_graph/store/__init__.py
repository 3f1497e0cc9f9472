"""Where the quads live: the contract in ``base``, the embedded engine in ``embedded``."""
