"""eval.systems: systems are found by name."""

from __future__ import annotations

import pytest

from eval.errors import UserError
from eval.systems import SYSTEMS, SystemSpec, build_system, find_systems


def test_names_are_found_in_the_order_asked_once_each():
    """Spaces and repetitions do no harm."""
    assert ["bm25", "abstain"] == [s.name for s in find_systems("bm25, abstain,bm25,")]


@pytest.mark.parametrize("names", ["bm52", "", ",", "bm25,none"])
def test_an_unknown_name_lists_the_known_ones(names):
    """The user sees what there is."""
    with pytest.raises(UserError) as caught:
        find_systems(names)
    assert all(name in str(caught.value) for name in SYSTEMS)


@pytest.mark.parametrize("path", ["fakes:UnbuildableMemory", "no_such_module:Memory"])
def test_a_system_that_cannot_be_built_is_a_message(path):
    """A constructor that raises, a module that is missing."""
    with pytest.raises(UserError, match="x cannot be built"):
        build_system(SystemSpec("x", path, ""))


def test_at_least_six_systems_are_known():
    """The submission, the floor, the ceiling and the usual retrievers."""
    assert {"submission", "oracle", "bm25", "tfidf", "user_turns", "last_turns", "abstain"} <= set(SYSTEMS)
