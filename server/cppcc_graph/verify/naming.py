"""Whether whoever a node speaks of is named where its evidence says."""

from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import RDF, Graph, URIRef

from cppcc_graph import terms
from cppcc_graph.verify.evidence import CPPCC, ORG, Claim, ReportEvidence, label, printed_names
from cppcc_graph.verify.names import Mentions, Name, sentence_around
from cppcc_graph.verify.problems import Checked, claim_problem

_ROLES = (
    *(RDF.subject, RDF.object, CPPCC.reportedBody, CPPCC.counterpart, CPPCC.concerns, CPPCC.recipient, CPPCC.givenBy),
    *(ORG.member, ORG.organization),
)
_ENTITIES = f"{terms.BASE}id/"

EVIDENCE, INFERRED, SENTENCE, EVENT, NOWHERE = "evidence", "inferred", "sentence", "same-event", "nowhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """
    Where somebody or something that a node speaks of is named.

    Attributes:
        claim: The node.
        bearer: IRI of whom it speaks of.
        where: ``evidence`` or ``inferred`` (in a span that it rests on or is inferred from), ``sentence`` (in the same
            sentence as its evidence), ``same-event`` (an event whose own evidence lies in that sentence), ``nowhere``.
    """

    claim: Claim
    bearer: str
    where: str


def namings(report: ReportEvidence, text: str, graph: Graph) -> Iterator[Naming]:
    """
    Each pair of a node and an entity that it speaks of, in the order of the nodes' IRIs.

    A name inside a longer name of the same kind counts only if the node speaks of the longer name's bearer too (a unit
    and the body that it belongs to), or if a span that the node is inferred from is exactly that name.
    """
    mentions = Mentions(text, entity_names(graph))
    claims = {claim.iri: claim for claim in report.claims}
    for claim in report.claims:
        values = {str(value) for role in _ROLES for value in graph.objects(URIRef(claim.iri), role)}
        spoken_of = frozenset(iri for iri in values if iri.startswith(_ENTITIES))
        for bearer in sorted(spoken_of):
            where = _where(claim, spoken_of, bearer, _Reading(text, mentions))
            if where == NOWHERE and _shares_sentence(claim, claims.get(bearer), text):
                where = EVENT
            yield Naming(claim=claim, bearer=bearer, where=where)


def entity_names(graph: Graph) -> list[Name]:
    """Every Chinese name of every entity; its kind is the type in its IRI (id/<type>/<slug>)."""
    entities = {node for node in graph.subjects(RDF.type, None) if str(node).startswith(_ENTITIES)}
    return [
        Name(text=text, kind=str(entity).removeprefix(_ENTITIES).split("/")[0], bearer=str(entity))
        for entity in entities
        for text in printed_names(graph, entity)
    ]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text with all the names in it."""

    text: str
    mentions: Mentions


def _where(claim: Claim, spoken_of: frozenset[str], bearer: str, reading: _Reading) -> str:
    """The nearest place at which *bearer* is named."""
    sentences = [sentence_around(reading.text, span.start, span.end) for span in claim.evidence]
    grounds = [(span.start, span.end) for span in claim.inferred_from]
    for where, stretches in (
        (EVIDENCE, [(span.start, span.end) for span in claim.evidence]),
        (INFERRED, grounds),
        (SENTENCE, sentences),
    ):
        for stretch in stretches:
            for mention in reading.mentions.within(bearer, *stretch):
                if mention.holders <= spoken_of or (mention.start, mention.end) in grounds:
                    return where
    return NOWHERE


def _shares_sentence(claim: Claim, other: Claim | None, text: str) -> bool:
    """*other* rests on a span in a sentence in which *claim* has one."""
    if other is None:
        return False
    stretches = [sentence_around(text, span.start, span.end) for span in claim.evidence]
    stretches += [(span.start, span.end) for span in claim.inferred_from]
    return any(start <= span.start and span.end <= end for start, end in stretches for span in other.evidence)


def check_names(report: ReportEvidence, text: str, graph: Graph) -> Checked:
    """Each entity that a node speaks of is named in its evidence, its sentence, or where it is inferred from."""
    found = list(namings(report, text, graph))
    problems = [
        claim_problem(
            "names",
            naming.claim,
            f"speaks of {label(graph, URIRef(naming.bearer))}, whom neither its evidence nor that sentence names",
            "widen the evidence to the name, add the printed name as skos:altLabel, or mark as inferred from the name",
        )
        for naming in found
        if naming.where == NOWHERE
    ]
    return Checked(len(found), tuple(problems))
