"""
Links in the header, for clients that read neither the page nor RDF, and the same as a set of links.

Spec: RFC 8288 (Web Linking); RFC 8574 (cite-as); RFC 9264 (linksets); FAIR Signposting Profile, levels 1 and 2.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response

from cppcc_graph.describe import signposts, size_of_graph
from cppcc_graph.formats import GRAPH_FORMATS, TURTLE
from cppcc_graph.store.base import Store
from cppcc_graph.terms import BASE
from cppcc_graph.web.links import as_uri, document_path, graph_path, root

LINKSET = "application/linkset+json"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
"""Of the data and the ontology, where they name none themselves."""
_ABOUT_PAGE = "https://schema.org/AboutPage"
_FOR_PROGRAMS = GRAPH_FORMATS[:4]
"""What is counted as metadata; the others hold the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signpost:
    """A link from a document: its relation, its target, and the media type there where that is known."""

    relation: str
    target: str
    media_type: str = ""

    def __str__(self) -> str:
        """As the header has it."""
        return f'<{self.target}>; rel="{self.relation}"' + (f'; type="{self.media_type}"' if self.media_type else "")


def links_of(of: Store, iri: str) -> list[Signpost]:
    """The links of the document about *iri*, whatever its format."""
    known, path = signposts(of, iri), f"{root()}{document_path(iri)}"
    forms = [(f"{path}.{form.extension}", form.media_type) for form in GRAPH_FORMATS]
    graph = f"{root()}{graph_path(iri)}" if size_of_graph(of, iri) else ""
    return [
        Signpost(relation="describes", target=as_uri(iri)),
        *(Signpost(relation="alternate", target=target, media_type=kind) for target, kind in forms),
        Signpost(relation="cite-as", target=as_uri(iri)),
        *(Signpost(relation="describedby", target=at, media_type=kind) for at, kind in forms[: len(_FOR_PROGRAMS)]),
        *(Signpost(relation="type", target=as_uri(kind)) for kind in (_ABOUT_PAGE, *known.types)),
        *(Signpost(relation="license", target=as_uri(licence)) for licence in known.licences[:1] or [LICENCE]),
        *(Signpost(relation="author", target=as_uri(author)) for author in known.authors),
        *([Signpost(relation="item", target=graph, media_type=TURTLE.media_type)] if graph else []),
        *(Signpost(relation="collection", target=_page(whole)) for whole in known.collections),
        Signpost(relation="linkset", target=linkset_path(iri), media_type=LINKSET),
    ]  # fmt: skip


def linkset_path(iri: str) -> str:
    """Where the links of the document about *iri* are told as a set, as a local address."""
    return f"{root()}/linkset{document_path(iri).removeprefix('/doc')}"


def signposted(response: Response, links: Sequence[Signpost]) -> Response:
    """*response* with *links* in its header."""
    response.headers["Link"] = ", ".join(map(str, links))
    return response


def linkset(links: Sequence[Signpost], *, host: str, landing: str) -> Response:
    """
    *links* of the page at *landing*, and those of each form and part back to it.

    Args:
        links: From :func:`links_of`.
        host: What makes local addresses absolute, without a slash at its end.
        landing: Local address of the page.
    """
    own = {"anchor": f"{host}{landing}", **_by_relation(links, host)}
    back = [_back(link, host, landing) for link in links if link.relation in ("describedby", "item")]
    return Response(json.dumps({"linkset": [own, *back]}, ensure_ascii=False), content_type=LINKSET)


def _back(link: Signpost, host: str, landing: str) -> Mapping[str, object]:
    relation = "describes" if link.relation == "describedby" else "collection"
    return {"anchor": _absolute(link.target, host), relation: [{"href": f"{host}{landing}", "type": "text/html"}]}


def _by_relation(links: Sequence[Signpost], host: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for link in links:
        if link.relation != "linkset":
            kind = {"type": link.media_type} if link.media_type else {}
            found.setdefault(link.relation, []).append({"href": _absolute(link.target, host), **kind})
    return found


def _absolute(target: str, host: str) -> str:
    return f"{host}{target}" if target.startswith("/") else target


def _page(iri: str) -> str:
    return f"{root()}{document_path(iri)}" if iri.startswith(BASE) and "#" not in iri else as_uri(iri)
