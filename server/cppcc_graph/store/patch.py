"""
What a write does to a dataset: the quads that come in and the quads that go, whatever way it was asked.

As text it is an RDF Patch: one line for each quad, in N-Quads behind an ``A`` or a ``D``. Adding what is there and
removing what is not does nothing, so a sequence of patches may be applied again from any point of it.

Source: RDF Patch, https://afs.github.io/rdf-patch/ (rows A and D).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph
from pyoxigraph import RdfFormat

from cppcc_graph.terms import NamedNode, Quad

MEDIA_TYPE = "application/rdf-patch"
_ADD, _DELETE = b"A ", b"D "


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """
    The difference between two states of a dataset.

    Attributes:
        added: Quads that were not there before, each once.
        removed: Quads that were there before, each once; none of them is among the added.
    """

    added: tuple[Quad, ...] = ()
    removed: tuple[Quad, ...] = ()

    def __len__(self) -> int:
        """Quads that come or go."""
        return len(self.added) + len(self.removed)

    @property
    def inverse(self) -> "Patch":
        """What undoes this."""
        return Patch(added=self.removed, removed=self.added)

    @property
    def graphs(self) -> list[str]:
        """IRIs of the named graphs that change, sorted."""
        return list(self.counts)

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """For each named graph that changes, by IRI: quads that come and quads that go."""
        coming, going = _names(self.added), _names(self.removed)
        return {iri: (coming[iri], going[iri]) for iri in sorted(coming.keys() | going.keys())}

    def then(self, later: "Patch") -> "Patch":
        """Both, one after the other, as one."""
        added, removed = dict.fromkeys(self.added), dict.fromkeys(self.removed)
        for quad in later.removed:
            if quad in added:
                del added[quad]
            else:
                removed[quad] = None
        for quad in later.added:
            if quad in removed:
                del removed[quad]
            else:
                added[quad] = None
        return Patch(added=tuple(added), removed=tuple(removed))


def _names(quads: Iterable[Quad]) -> Counter[str]:
    return Counter(quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode))


def patch_text(patch: Patch) -> bytes:
    """The patch as lines, what goes before what comes, each in the order of its quads."""
    return _rows(_DELETE, patch.removed) + _rows(_ADD, patch.added)


def read_patch(text: bytes) -> Patch:
    """
    The patch of :func:`patch_text`; blank nodes keep their labels.

    Raises:
        ValueError: a line is neither an addition nor a removal of a quad.
    """
    rows = text.splitlines()
    if any(row[:2] not in (_ADD, _DELETE) for row in rows):
        raise ValueError("a line of the patch begins neither with A nor with D")
    return Patch(added=_quads(_ADD, rows), removed=_quads(_DELETE, rows))


def _rows(mark: bytes, quads: Iterable[Quad]) -> bytes:
    lines = (pyoxigraph.serialize(quads, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    return b"".join(mark + line for line in lines)


def _quads(mark: bytes, rows: Iterable[bytes]) -> tuple[Quad, ...]:
    lines = b"\n".join(row[2:] for row in rows if row[:2] == mark)
    try:
        return tuple(pyoxigraph.parse(lines, format=RdfFormat.N_QUADS))
    except SyntaxError as error:
        raise ValueError(f"a line of the patch is no quad: {error.msg}") from error
