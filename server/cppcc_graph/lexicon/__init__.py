"""
Names and texts found by words: an index of one state of the data, and what a text and words have in common.

Nothing here knows a store: `store.finding` reads what is indexed and keeps the index in step with the data.
"""
