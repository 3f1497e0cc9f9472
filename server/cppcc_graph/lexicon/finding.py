"""
Things found in an index, the best first.

The order is that of the stages: a label that is the words, an alias, a figure; a name that begins with them; names that
contain them; names that sound like them; figures and descriptions. Within a stage the more important come first. So a
page is filled from the first stages, and nothing is ranked that nobody sees.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cppcc_graph.errors import TooComplex
from cppcc_graph.lexicon.asked import Asked, Word, asked, ranges, start_of, starts
from cppcc_graph.lexicon.index import (
    ABBREVIATED,
    ID_BITS,
    KIND_BITS,
    MAX_IMPORTANCE,
    SPOKEN,
    THING_BITS,
    Index,
    texts_of,
)
from cppcc_graph.lexicon.normal import normal
from cppcc_graph.lexicon.pinyin import pairs, sounds
from cppcc_graph.lexicon.wanted import MAX_COUNTED, MAX_LIMIT, NOTHING, Found, Hit, Role, Text, Wanted
from cppcc_graph.phrases import mark

_BAND = 4.0
_MAX_SCORED = 100_000
_TOO_MANY = mark("the words “%(words)s” find more than %(limit)s things; say more of them")
_EXACT: Mapping[int, float] = {Role.LABEL: 100.0, Role.ALIAS: 95.0, Role.FIGURE: 90.0}
_EXACT_SOUND: Mapping[int, float] = {SPOKEN: 58.0, ABBREVIATED: 56.0}
_WEIGHED = 40
_STARTING, _CONTAINING_WHOLE, _CONTAINING, _SOUNDING_WHOLE, _SOUNDING = 80.0, 64.0, 60.0, 52.0, 48.0
_FIGURES, _ANYWHERE, _IN_PIECES, _SHARING = 40.0, 30.0, 10.0, 5.0
_BY_NAME = "SELECT thing FROM names JOIN things ON things.id = thing WHERE key = ? AND role = ?"
_BY_RANK = "SELECT rowid FROM words WHERE words MATCH ? AND rowid < %s ORDER BY rank, rowid"
_LAST_RANKED = (MAX_IMPORTANCE - 255) << ID_BITS
"""Before the rows of what is only said of other things."""
_BY_WORDS = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid"
_OF_KINDS = (
    f"SELECT (id >> {THING_BITS}) & {(1 << KIND_BITS) - 1} AS kinds, COUNT(*) FROM "
    f"(SELECT rowid AS id FROM words WHERE words MATCH ? ORDER BY rowid LIMIT {MAX_COUNTED}) GROUP BY kinds"
)
_NAMES = ("label", "alias")


@dataclass(frozen=True, slots=True)
class _Stage:
    """One way to find: by the *key* of a whole name in a role (or `SPOKEN`, `ABBREVIATED`), or by an expression."""

    score: float
    expression: str = ""
    role: int | None = None
    key: str = ""
    is_ranked: bool = False

    @property
    def is_weighed(self) -> bool:
        """Whether its things are told apart by how much of their names the words are."""
        return self.role is None and self.score >= _SOUNDING


def found(index: Index, wanted: Wanted) -> Found:
    """
    What *wanted* asks for.

    Raises:
        BadSyntax: the words are too long.
    """
    meant = asked(wanted.words)
    if not meant.words:
        return NOTHING
    if wanted.only_names:
        return Found(hits=_suggested(index, wanted, meant), n_hits=0, facets=())
    kinds = index.kind_numbers(wanted.types) if wanted.types else None
    stages = list(_stages(meant))
    counted = _counted(index, stages[-1].expression)
    if not counted and (pieces := _in_pieces(index, meant)):
        stages = [_Stage(_IN_PIECES, pieces)]
        counted = _counted(index, pieces)
    limit = max(0, min(wanted.limit, MAX_LIMIT))
    rows = _rows(index, meant, stages, kinds=kinds, most=wanted.offset + limit)
    of_kind = _types(index)
    facets: Counter[str] = Counter()
    for number, n in counted.items():
        facets.update(dict.fromkeys(of_kind[number], n))
    own = counted if kinds is None else _counted(index, _narrowed(stages[-1].expression, kinds)) if kinds else {}
    return Found(
        hits=_hits(index, rows[wanted.offset :], meant, wanted.language),
        n_hits=sum(own.values()),
        facets=tuple(sorted(facets.items(), key=lambda facet: (-facet[1], facet[0]))),
        is_more=sum(counted.values()) >= MAX_COUNTED,
    )


def _suggested(index: Index, wanted: Wanted, meant: Asked) -> list[Hit]:
    kinds = index.kind_numbers(wanted.types) if wanted.types else None
    stages = [stage for stage in _stages(meant) if stage.score >= _SOUNDING and stage.role is not Role.FIGURE]
    if wanted.is_loose:
        stages.append(_Stage(_SHARING, _sharing(meant), is_ranked=True))
    rows = _rows(index, meant, stages, kinds=kinds, most=wanted.offset + max(0, min(wanted.limit, MAX_LIMIT)))
    return _hits(index, rows[wanted.offset :], meant, wanted.language)


def scores(index: Index, words: str) -> dict[str, float]:
    """
    The score of each thing that the words find, by its IRI.

    Raises:
        BadSyntax: the words are too long.
        TooComplex: they find too much.
    """
    meant = asked(words)
    if not meant.words:
        return {}
    stages = list(_stages(meant))
    rows = _rows(index, meant, stages, kinds=None, most=_MAX_SCORED + 1)
    if len(rows) > _MAX_SCORED:
        raise TooComplex(_TOO_MANY, values=(words, f"{_MAX_SCORED:,}"))
    return {str(index.rows("SELECT iri FROM things WHERE id = ?", row)[0][0]): score for row, score in rows}


def _stages(meant: Asked) -> Iterator[_Stage]:
    yield from (_Stage(score, role=role, key=meant.key) for role, score in _EXACT.items())
    start, is_all = start_of(meant.key)
    beginning = f'start : "{start}"'
    yield _Stage(_STARTING, beginning if is_all else f"{beginning} AND ({{{' '.join(_NAMES)}}} : {meant.whole})")
    # Whole tokens are looked up, of begun ones all that begin so are put together first: for common words that is slow.
    finished = replace(meant, words=tuple(word.closed for word in meant.words))
    if finished != meant:
        yield _every(finished, _CONTAINING_WHOLE, _NAMES, is_spoken=False)
    yield _every(meant, _CONTAINING, _NAMES, is_spoken=False)
    yield from (_Stage(score, role=role, key=meant.key.replace(" ", "")) for role, score in _EXACT_SOUND.items())
    if finished != meant:
        yield _every(finished, _SOUNDING_WHOLE, _NAMES, is_spoken=True)
    yield _every(meant, _SOUNDING, _NAMES, is_spoken=True)
    yield _every(meant, _FIGURES, (*_NAMES, "figure"), is_spoken=True)
    yield _every(meant, _ANYWHERE, (*_NAMES, "figure", "description"), is_spoken=True)


def _sharing(meant: Asked) -> str:
    """The expression for names with any token of the words, any two syllables that sound like them, or their start."""
    whole = normal(" ".join(meant.key.split()))
    tokens = [token.text for token in whole.tokens if len(token.text) > 1 or not token.is_han] or list(meant.key)
    heard = pairs([unit for unit, _place in sounds(whole)])[:-1] if whole.is_chinese else []
    parts = [f"{{{' '.join(_NAMES)}}} : ({' OR '.join(_quoted(tokens))})"]
    parts += [f"pinyin : ({' OR '.join(_quoted(heard))})"] if heard else []
    parts += [f"start : {_quoted([start])[0]}" for start in starts(meant.key)[1:2]]
    return " OR ".join(parts)


def _quoted(tokens: Sequence[str]) -> list[str]:
    return [f'"{token}"' for token in dict.fromkeys(tokens)]


def _every(meant: Asked, score: float, columns: Sequence[str], *, is_spoken: bool) -> _Stage:
    """The stage at which each word is in one of the columns."""
    expressions = (_expression(word, columns, is_spoken=is_spoken) for word in meant.words)
    return _Stage(score, " AND ".join(expressions))


def _expression(word: Word, columns: Sequence[str], *, is_spoken: bool) -> str:
    written = word.in_columns(*columns)
    return f"({word.spoken_or(written)})" if is_spoken else f"({written})"


def _rows(
    index: Index, meant: Asked, stages: Sequence[_Stage], *, kinds: Sequence[int] | None, most: int
) -> list[tuple[int, float]]:
    """Numbers and scores of the first *most* rows, each once."""
    rows: dict[int, float] = {}
    for stage in stages:
        if len(rows) >= most:
            break
        found_here = _of_stage(index, stage, kinds, most=max(most, _WEIGHED) + len(rows))
        new = [number for number in found_here if number not in rows]
        rows.update(_weighed(index, meant, stage, new[:_WEIGHED]) if stage.is_weighed else ())
        rows.update((number, stage.score) for number in new if number not in rows)
    return list(rows.items())[:most]


def _weighed(index: Index, meant: Asked, stage: _Stage, numbers: Sequence[int]) -> list[tuple[int, float]]:
    """The most important things of a stage, ordered by that and by how much of a name the words are."""
    weighed = []
    for number in numbers:
        [(written,)] = index.rows("SELECT texts FROM things WHERE id = ?", number)
        importance = (MAX_IMPORTANCE - (number >> ID_BITS)) / MAX_IMPORTANCE
        weight = (importance + _coverage(texts_of(str(written)), meant)) / 2
        weighed.append((number, round(stage.score + _BAND * weight, 2)))
    return sorted(weighed, key=lambda row: (-row[1], row[0]))


def _coverage(texts: Sequence[Text], meant: Asked) -> float:
    """The largest part of a label or alias that the words are."""
    names = [text.text for text in texts if text.role <= Role.ALIAS]
    covered = [sum(end - start for start, end in ranges(name, meant) or ()) / max(1, len(name)) for name in names]
    return max(covered, default=0.0)


def _narrowed(expression: str, kinds: Sequence[int]) -> str:
    """What the expression finds of these sets of classes, which are not none."""
    return f"({expression}) AND kind : ({' OR '.join(f'k{kind}' for kind in kinds)})"


def _of_stage(index: Index, stage: _Stage, kinds: Sequence[int] | None, *, most: int) -> list[int]:
    values: tuple[str | int, ...]
    if kinds is not None and not kinds:
        return []
    if stage.role is not None:
        of_kinds = "" if kinds is None else f" AND kinds IN ({', '.join(map(str, kinds))})"
        query, values = f"{_BY_NAME}{of_kinds} ORDER BY thing", (stage.key, stage.role)
    else:
        query = _BY_RANK % _LAST_RANKED if stage.is_ranked else _BY_WORDS
        values = (stage.expression if kinds is None else _narrowed(stage.expression, kinds),)
    return [int(str(row[0])) for row in index.rows(f"{query} LIMIT {most}", *values)]


def _counted(index: Index, expression: str) -> dict[int, int]:
    """How many rows an expression finds, by the number of their set of classes."""
    return {int(str(number)): int(str(n)) for number, n in index.rows(_OF_KINDS, expression)}


def _types(index: Index) -> dict[int, list[str]]:
    return {int(str(number)): json.loads(str(types)) for number, types in index.rows("SELECT id, types FROM kinds")}


def _in_pieces(index: Index, meant: Asked) -> str:
    """
    The expression that finds words as parts: ``衡阳政协`` where ``衡阳`` and ``政协`` stand apart; empty for none.

    Each part is the longest one, of two characters or more, that stands anywhere.
    """
    parts: list[str] = []
    for word in meant.words:
        tokens, at = word.written.tokens, 0
        while at < len(tokens):
            end = next((end for end in range(len(tokens), at, -1) if _stands(index, tokens[at:end])), at)
            if end == at:
                return ""
            parts.append(_part(tokens[at:end]))
            at = end + 1 if end < len(tokens) else end
    return " AND ".join(parts) if len(parts) > len(meant.words) else ""


def _stands(index: Index, tokens: Sequence[str]) -> bool:
    return bool(index.rows(f"{_BY_WORDS} LIMIT 1", _part(tokens)))


def _part(tokens: Sequence[str]) -> str:
    return f'{{label alias figure description}} : "{" ".join(tokens)}"'


def _hits(index: Index, rows: Sequence[tuple[int, float]], meant: Asked, language: str) -> list[Hit]:
    hits = []
    for number, score in rows:
        [(iri, types, written)] = index.rows(
            "SELECT iri, types, texts FROM things JOIN kinds ON kinds.id = kinds WHERE things.id = ?", number
        )
        texts = texts_of(str(written))
        matched, where = _matched(texts, meant, language)
        hits.append(
            Hit(
                iri=str(iri),
                label=_spoken(texts, Role.LABEL, language) or _last_part(str(iri)),
                types=tuple(json.loads(str(types))),
                description=_spoken(texts, Role.DESCRIPTION, language),
                matched=matched,
                ranges=where,
                score=score,
                names=tuple(text.text for text in texts if text.role <= Role.ALIAS),
            )
        )
    return hits


def _matched(texts: Sequence[Text], meant: Asked, language: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text that holds all the words, and where: one that is just them before others, then the weightiest."""
    seen = [(text, where) for text in texts if (where := ranges(text.text, meant)) is not None]
    if not seen:
        return "", ()
    text, where = min(
        seen, key=lambda one: (normal(one[0].text).key != meant.key, one[0].role, one[0].language != language)
    )
    return text.text, where


def _spoken(texts: Sequence[Text], role: Role, language: str) -> str:
    """The text in this role, in *language* where there is one; empty for none."""
    own = [text for text in texts if text.role is role]
    return min(own, key=lambda text: (text.language != language, text.language), default=Text(role, "", "")).text


def _last_part(iri: str) -> str:
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2]
