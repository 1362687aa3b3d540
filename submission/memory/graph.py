"""The fact book as a graph: people are nodes, relations and facts are edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from xml.etree import ElementTree

from .facts import CURRENT, FactBook
from .people import GROUPS, USER

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"


class Edge(NamedTuple):
    """`source` and `target` are node keys; `relation` is a role («брат») or an attribute («job»)."""

    source: str
    relation: str
    target: str
    turns: tuple[int, ...]


class FactGraph(NamedTuple):
    """Nodes are people by their key and values as «attribute=value»; edges point away from the user."""

    nodes: dict[str, str]  # key -> label
    edges: tuple[Edge, ...]

    def follow(self, relations: Sequence[str], start: str = USER) -> list[str]:
        """Keys reached from `start` along roles or groups («брат», «жена» or «sibling», «spouse»), in order; [] where none leads."""
        reached = [start]
        for relation in relations:
            roles = {relation, *GROUPS.get(relation, ())}
            reached = [edge.target for key in reached for edge in self.edges if edge.source == key and edge.relation in roles]
        return list(dict.fromkeys(reached))

    def to_json(self) -> dict[str, Any]:
        """Plain values: nodes with id and label, edges with source, target, relation and source turns."""
        return {
            "nodes": [{"id": key, "label": label} for key, label in self.nodes.items()],
            "edges": [{"source": e.source, "target": e.target, "relation": e.relation, "turns": list(e.turns)} for e in self.edges],
        }

    def to_graphml(self) -> str:
        """GraphML text (http://graphml.graphdrawing.org), directed, with label, relation and turns as data."""
        ElementTree.register_namespace("", _NAMESPACE)
        root = ElementTree.Element(f"{{{_NAMESPACE}}}graphml")
        for identity, target in (("label", "node"), ("relation", "edge"), ("turns", "edge")):
            attributes = {"id": identity, "for": target, "attr.name": identity, "attr.type": "string"}
            ElementTree.SubElement(root, f"{{{_NAMESPACE}}}key", attributes)
        graph = ElementTree.SubElement(root, f"{{{_NAMESPACE}}}graph", {"id": "facts", "edgedefault": "directed"})
        for key, label in self.nodes.items():
            _data(ElementTree.SubElement(graph, f"{{{_NAMESPACE}}}node", {"id": key}), "label", label)
        for i, edge in enumerate(self.edges):
            element = ElementTree.SubElement(graph, f"{{{_NAMESPACE}}}edge", {"id": f"e{i}", "source": edge.source, "target": edge.target})
            _data(element, "relation", edge.relation)
            _data(element, "turns", " ".join(map(str, edge.turns)))
        return ElementTree.tostring(root, encoding="unicode")


def fact_graph(book: FactBook, status: str | None = CURRENT) -> FactGraph:
    """Graph of the book's facts with that status (None: all but the forgotten)."""
    nodes = {USER: USER, **{person.key: person.label for person in book.people}}
    edges = []
    for person in book.people:
        turns = tuple(sorted({turn for fact in book.query(person.key, "relation", status=status) for turn in fact.turns}))
        if turns or status is None:
            edges.append(Edge(person.owner, person.role, person.key, turns))
    for fact in book.query(status=status):
        if fact.attribute in ("relation", "name"):
            continue
        key = f"{fact.attribute}={fact.value}"
        nodes.setdefault(key, fact.value)
        edges.append(Edge(fact.subject, fact.attribute, key, fact.turns))
    return FactGraph(nodes, tuple(edges))


def _data(element: ElementTree.Element, key: str, text: str) -> None:
    """XML 1.0 has no control characters; they become spaces."""
    data = ElementTree.SubElement(element, f"{{{_NAMESPACE}}}data", {"key": key})
    data.text = "".join(c if c in "\t\n" or ord(c) >= 32 else " " for c in text)
