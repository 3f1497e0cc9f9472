"""Random edits of a store's data, as patches: what curators do and what they should not."""

from collections.abc import Callable, Sequence
from random import Random

from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import BASE, RDF, XSD, BlankNode, Literal, NamedNode, Quad

Quads = Sequence[Quad]
ELSEWHERE = NamedNode(f"{BASE}graph/elsewhere")


def quads_of(store: EmbeddedStore) -> list[Quad]:
    """Everything but the shapes, in an order of its own that does not change."""
    found = (quad for quad in store.quads() if not str(quad.graph_name.value).startswith(f"{BASE}shapes/"))
    return sorted(found, key=str)


def random_patch(quads: Quads, random: Random) -> Patch:
    """One to four edits of *quads*, mostly one."""
    added: dict[Quad, None] = {}
    removed: dict[Quad, None] = {}
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        edit = random.choice(EDITS)
        coming, going = edit(quads, random)
        added.update(dict.fromkeys(coming))
        removed.update(dict.fromkeys(going))
    known = set(quads)
    return Patch(
        added=tuple(quad for quad in added if quad not in known),
        removed=tuple(quad for quad in removed if quad not in added),
    )


Edit = Callable[[Quads, Random], tuple[list[Quad], list[Quad]]]


def removal(quads: Quads, random: Random) -> tuple[list[Quad], list[Quad]]:
    return [], [random.choice(quads)]


def removal_of_some(quads: Quads, random: Random) -> tuple[list[Quad], list[Quad]]:
    return [], random.sample(quads, min(len(quads), 5))


def removal_of_a_node(quads: Quads, random: Random) -> tuple[list[Quad], list[Quad]]:
    node = random.choice(quads).subject
    return [], [quad for quad in quads if quad.subject == node]


def removal_of_a_graph(quads: Quads, random: Random) -> tuple[list[Quad], list[Quad]]:
    graph = random.choice(quads).graph_name
    return [], [quad for quad in quads if quad.graph_name == graph]


def another_value(quads: Quads, random: Random) -> tuple[list[Quad], list[Quad]]:
    """A value that another node has for the same property, or for any."""
    old = random.choice(quads)
    alike = [quad for quad in quads if quad.predicate == old.predicate] if random.random() < 0.7 else quads
    return [with_value(old, random.choice(alike).object)], [old]


def one_more_value(quads: Quads, random: Random) -> tuple[list[Quad], list[Quad]]:
    coming, _ = another_value(quads, random)
    return coming, []


def another_literal(quads: Quads, random: Random) -> tuple[list[Quad], list[Quad]]:
    literals = [quad for quad in quads if isinstance(quad.object, Literal)]
    old = random.choice(literals)
    new = random.choice(
        (
            Literal(f"{old.object.value} "),
            Literal(old.object.value, language="de"),
            Literal("0", datatype=XSD.integer),
            Literal("999999", datatype=XSD.integer),
            Literal("2030-02-30", datatype=XSD.date),
            Literal("1999-01-01", datatype=XSD.date),
            Literal("2099-12-31", datatype=XSD.date),
            Literal("12.5%", datatype=XSD.decimal),
            Literal("", datatype=old.object.datatype) if old.object.language is None else Literal(""),
        )
    )
    return [with_value(old, new)], [old]


def another_class(quads: Quads, random: Random) -> tuple[list[Quad], list[Quad]]:
    typed = [quad for quad in quads if quad.predicate == RDF.type]
    old = random.choice(typed)
    return [with_value(old, random.choice(typed).object)], [old] if random.random() < 0.6 else []


def a_property_of_another(quads: Quads, random: Random) -> tuple[list[Quad], list[Quad]]:
    node, said = random.choice(quads), random.choice(quads)
    return [Quad(node.subject, said.predicate, said.object, node.graph_name)], []


def a_link(quads: Quads, random: Random) -> tuple[list[Quad], list[Quad]]:
    node, link, other = (random.choice(quads) for _ in range(3))
    return [Quad(node.subject, link.predicate, other.subject, node.graph_name)], []


def a_link_back(quads: Quads, random: Random) -> tuple[list[Quad], list[Quad]]:
    links = [quad for quad in quads if isinstance(quad.object, NamedNode) and quad.predicate != RDF.type]
    link = random.choice(links)
    return [Quad(link.object, link.predicate, link.subject, link.graph_name)], []


def another_name(quads: Quads, random: Random) -> tuple[list[Quad], list[Quad]]:
    """A node under a new name, in what it says or in everything."""
    old = random.choice(quads).subject
    new = BlankNode() if random.random() < 0.2 else NamedNode(f"{old.value}-{random.choice(('x', '2', 'Ä'))}")
    is_everywhere = random.random() < 0.5
    going = [quad for quad in quads if quad.subject == old or (is_everywhere and quad.object == old)]
    coming = [
        Quad(
            new if quad.subject == old else quad.subject,
            quad.predicate,
            new if quad.object == old else quad.object,
            quad.graph_name,
        )
        for quad in going
    ]
    return coming, going if random.random() < 0.5 else []


def a_move(quads: Quads, random: Random) -> tuple[list[Quad], list[Quad]]:
    """Some triples into another graph, or copied there."""
    some = random.sample(quads, min(len(quads), 20))
    coming = [Quad(quad.subject, quad.predicate, quad.object, ELSEWHERE) for quad in some]
    return coming, some if random.random() < 0.5 else []


def with_value(quad: Quad, value: NamedNode | BlankNode | Literal) -> Quad:
    return Quad(quad.subject, quad.predicate, value, quad.graph_name)


EDITS: tuple[Edit, ...] = (
    removal,
    removal,
    removal_of_some,
    removal_of_a_node,
    removal_of_a_graph,
    another_value,
    another_value,
    one_more_value,
    another_literal,
    another_literal,
    another_class,
    a_property_of_another,
    a_link,
    a_link_back,
    another_name,
    another_name,
    a_move,
)
