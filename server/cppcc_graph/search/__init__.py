"""
Things found by words: names, figures and descriptions, in Chinese, pinyin or English, the best first.

    found = search(store, Wanted(words="衡阳市政协", language="zh"))
"""

from cppcc_graph.lexicon.wanted import MAX_CHARACTERS, MAX_LIMIT, Found, Hit, Wanted
from cppcc_graph.search.finding import search, suggest

__all__ = ["MAX_CHARACTERS", "MAX_LIMIT", "Found", "Hit", "Wanted", "search", "suggest"]
