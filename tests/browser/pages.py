"""One address for each kind of page, over the published data."""

from urllib.parse import urlencode


def asked(query: str) -> str:
    return f"/sparql?{urlencode({'query': query, 'format': 'html'})}"


PAGES = {
    "home": "/",
    "query": "/sparql",
    "query with rows": asked("SELECT * { ?s ?p ?o } LIMIT 20"),
    "query with a graph": asked("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 20"),
    "query with a yes": asked("ASK {}"),
    "query without a match": asked("SELECT * { ?s a <https://w3id.org/cppcc-graph/ontology#Reprot> }"),
    "query with a mistake": asked("SELECT * WHERE { ?s a qb:Observation }"),
    "questions": "/questions/",
    "question": "/questions/lower-bounds?format=html",
    "question with a form": "/questions/all-figures?format=html",
    "search": "/search",
    "search with finds": "/search?q=%E6%8F%90%E6%A1%88",
    "search without finds": "/search?q=zzzzzz",
    "catalogue": "/catalogue",
    "report": "/doc/report/hengyang-2024",
    "organisation": "/doc/organisation/cppcc-hengyang",
    "figure": "/doc/report/hengyang-2024/observation/research-activities",
    "programme": "/doc/programme/party-discipline-education",
    "evidence": "/doc/report/hengyang-2024/span/1043-1047",
    "ontology": "/doc/ontology",
    "vocabulary": "/doc/vocabulary/units",
    "permalink": f"/q?{urlencode({'query': 'SELECT * { ?s ?p ?o } LIMIT 3'})}",
    "problems": "/problems",
    "nothing": "/nothing-here",
}
FAILURES = frozenset({"query with a mistake", "nothing"})
"""Those whose status is that of a failure."""
