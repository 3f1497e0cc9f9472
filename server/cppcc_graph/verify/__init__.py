"""Whether a graph says what the report's text says: hash, offsets, figures, dates and names against the text."""
