"""From IRIs in the data to addresses on this server: only links are local, IRIs in answers are never rewritten."""

from urllib.parse import quote, urlencode

from flask import request

from cppcc_graph.terms import BASE, shorten

OUTSIDE_ID = ("entities", "graph", "history", "ontology", "report", "shapes", "vocabulary")
"""How paths of IRIs begin that are not below ``id/``."""
_ALONE = ("history", "ontology", "shapes")
_LOCAL = ("id/", "questions/", *(f"{first}/" for first in OUTSIDE_ID))


def root() -> str:
    """What stands before every local path: nothing, or the prefix under which a proxy shows this server."""
    return request.script_root


def href_of(iri: str) -> str | None:
    """Where a link to *iri* leads: our own page for what we describe, the web for what others do, None for the rest."""
    rest = iri.removeprefix(BASE)
    path, _, fragment = rest.partition("#")
    if rest != iri and (path in _ALONE or path.startswith(_LOCAL)):
        return f"{root()}/{quote(path)}" + (f"#{quote(fragment)}" if fragment else "")
    return iri if iri.startswith(("http://", "https://")) else None


def document_path(iri: str) -> str:
    """Below this server's root, where the thing called *iri*, an IRI below our base without ``#``, is described."""
    return f"/doc/{quote(iri.removeprefix(BASE).removeprefix('id/'))}"


def as_uri(iri: str) -> str:
    """*iri* as a header may hold it: ASCII alone. Spec: RFC 3987, section 3.1 (mapping of IRIs to URIs)."""
    return quote(iri, safe="%:/?#[]@!$&'()*+,;=~")


def is_elsewhere(href: str) -> bool:
    """Whether a link of :func:`href_of` leads to the web of others."""
    return href.startswith(("http://", "https://"))


def short_name(iri: str) -> str:
    """An IRI as people read it: ``cppcc:Report``, ``id/organisation/x`` below our base, else the IRI."""
    rest = iri.removeprefix(BASE)
    short = shorten(iri)
    return short if not short.startswith("<") else rest


def graph_path(iri: str) -> str:
    """Where a graph is read, below the root or below a version: by its address or by its IRI."""
    rest = iri.removeprefix(BASE)
    return f"/graphs/{quote(rest)}" if rest != iri and _is_path(rest) else f"/graphs?{urlencode({'graph': iri})}"


def _is_path(rest: str) -> bool:
    return all(part.replace("-", "").replace("_", "").isalnum() and part.isascii() for part in rest.split("/"))
