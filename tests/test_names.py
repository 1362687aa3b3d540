"""submission.recall.names: short forms of Russian names."""

from __future__ import annotations

import pytest

from submission.recall.names import full_names, other_forms


@pytest.mark.parametrize("token", ["роман", "рома", "ромка", "ромку", "романом", "ромочке"])
def test_all_forms_of_a_name_mean_one_name(token):
    """Full, short, endearing, in any case."""
    assert ("роман",) == full_names(token)


@pytest.mark.parametrize(
    ("token", "names"),
    [
        ("саше", ("александр", "александра")),
        ("коленька", ("николай",)),
        ("павла", ("павел",)),
        ("софия", ("софья",)),
        ("машенькой", ("мария",)),
        ("игоря", ("игорь",)),
    ],
)
def test_a_short_form_may_stand_for_several_names(token, names):
    """And a name has several spellings."""
    assert names == full_names(token)


@pytest.mark.parametrize("token", ["свете", "кости", "люди", "тема", "слава", "стол", "john", "", "42"])
def test_everyday_words_and_ambiguous_forms_are_no_names(token):
    """«слава» stands for seven names, which tells nothing."""
    assert () == full_names(token)


def test_other_forms_are_those_of_all_names_meant():
    """Sorted out of what was asked; other words add nothing."""
    found = other_forms(["где", "ромка", "роман"])
    assert {"роман", "роману", "рома", "ромочка"} <= set(found) and len(found) == len(set(found))
    assert [] == other_forms(["где", "стол"])
