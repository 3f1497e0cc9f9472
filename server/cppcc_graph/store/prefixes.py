"""Which namespace somebody means by a prefix that is not declared."""

from collections.abc import Mapping, Set
from difflib import get_close_matches
from types import MappingProxyType

from cppcc_graph.terms import PREFIXES

_COMMON = """
adms http://www.w3.org/ns/adms#
as https://www.w3.org/ns/activitystreams#
bibo http://purl.org/ontology/bibo/
crm http://www.cidoc-crm.org/cidoc-crm/
csvw http://www.w3.org/ns/csvw#
dbo http://dbpedia.org/ontology/
dbr http://dbpedia.org/resource/
dc http://purl.org/dc/elements/1.1/
dct http://purl.org/dc/terms/
dctype http://purl.org/dc/dcmitype/
doap http://usefulinc.com/ns/doap#
fn http://www.w3.org/2005/xpath-functions#
geo http://www.opengis.net/ont/geosparql#
geof http://www.opengis.net/def/function/geosparql/
gn http://www.geonames.org/ontology#
locn http://www.w3.org/ns/locn#
odrl http://www.w3.org/ns/odrl/2/
owl http://www.w3.org/2002/07/owl#
p http://www.wikidata.org/prop/
ps http://www.wikidata.org/prop/statement/
rr http://www.w3.org/ns/r2rml#
skosxl http://www.w3.org/2008/05/skos-xl#
sosa http://www.w3.org/ns/sosa/
spdx http://spdx.org/rdf/terms#
ssn http://www.w3.org/ns/ssn/
vcard http://www.w3.org/2006/vcard/ns#
wd http://www.wikidata.org/entity/
wdt http://www.wikidata.org/prop/direct/
wgs84 http://www.w3.org/2003/01/geo/wgs84_pos#
wikibase http://wikiba.se/ontology#
""".split()  # noqa: SIM905  # a table reads better than sixty strings

WELL_KNOWN: Mapping[str, str] = MappingProxyType(dict(zip(_COMMON[::2], _COMMON[1::2], strict=True)) | dict(PREFIXES))
"""Namespace by prefix, as most people use them; the project's own win."""


def declaration(prefix: str) -> str:
    """``PREFIX qb: <http://…>`` for a query, if most people mean the same by *prefix*; else empty."""
    namespace = WELL_KNOWN.get(prefix) or WELL_KNOWN.get(prefix.lower())
    return f"PREFIX {prefix}: <{namespace}>" if namespace else ""


def near_prefix(prefix: str, declared: Set[str]) -> str | None:
    """The one of *declared*, else of the well-known prefixes, that may be meant; None when none is like it."""
    for known in (declared, WELL_KNOWN.keys()):
        near = get_close_matches(prefix, sorted(known), n=1, cutoff=0.6 if known is declared else 0.75)
        if near:
            return near[0]
    return None
