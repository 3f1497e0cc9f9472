"""How much query text is given to the engine; `guard` says why there are limits at all."""

MAX_QUERY_CHARACTERS = 1_000_000
MAX_DEPTH = 128
MAX_OPERATIONS = 2_000
MAX_PATTERNS = 256
