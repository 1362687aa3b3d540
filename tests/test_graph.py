"""The fact book as a graph."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from submission.memory.facts import Claim, FactBook
from submission.memory.graph import fact_graph
from submission.memory.people import Mention

BROTHER = Mention("брат", "Костя")
HIS_WIFE = Mention("жена", "Алина", BROTHER)


def _book() -> FactBook:
    book = FactBook()
    book.add(
        [
            Claim(BROTHER, "relation", "", 0),
            Claim(HIS_WIFE, "relation", "", 2),
            Claim(HIS_WIFE, "job", "врач & химик", 2),
            Claim(Mention(), "city", "Омск", 3),
            Claim(Mention(), "city", "Казань", 5),
        ]
    )
    return book


def test_two_hops_lead_to_the_brothers_wife():
    """user - брат - жена; a group stands for its roles; the user has no wife of their own."""
    graph = fact_graph(_book())
    [wife] = graph.follow(["sibling", "spouse"])
    assert graph.nodes[wife] == "жена Алина"
    assert graph.follow(["жена"]) == []


def test_only_current_facts_are_edges():
    """A superseded city is left out, and kept where all facts are asked for."""
    assert [e.target for e in fact_graph(_book()).edges if e.relation == "city"] == ["city=Казань"]
    assert [e.target for e in fact_graph(_book(), status=None).edges if e.relation == "city"] == ["city=Омск", "city=Казань"]


def test_json_names_every_node_of_an_edge():
    """The JSON form is closed: edges join nodes that are there, with their source turns."""
    plain = json.loads(json.dumps(fact_graph(_book()).to_json()))
    known = {node["id"] for node in plain["nodes"]}
    assert all({e["source"], e["target"]} <= known for e in plain["edges"])
    assert [e["turns"] for e in plain["edges"] if e["relation"] == "job"] == [[2]]


def test_graphml_is_well_formed():
    """GraphML parses, with escaped text and one element an edge."""
    graph = fact_graph(_book())
    root = ElementTree.fromstring(graph.to_graphml())
    space = "{http://graphml.graphdrawing.org/xmlns}"
    assert len(root.findall(f".//{space}edge")) == len(graph.edges)
    assert "врач & химик" in [d.text for d in root.findall(f".//{space}data")]


def test_empty_book_is_the_user_alone():
    """No facts, no edges."""
    graph = fact_graph(FactBook())
    assert (graph.nodes, graph.edges) == ({"user": "user"}, ())
