"""submission.settings: defaults, TOML and the environment."""

from __future__ import annotations

import dataclasses

import pytest

from submission.settings import Settings


def test_defaults_hold_without_any_source():
    """An empty environment gives the shipped defaults, which are not strict."""
    assert Settings() == Settings.load({})
    assert Settings().strict is False


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(tmp_path):
    """Later sources win; the others keep what they say."""
    path = tmp_path / "settings.toml"
    path.write_text("recall_k = 5\nabstain_below = 0.3\nstrict = true\n", encoding="utf-8")
    loaded = Settings.load({"GIGAMEMORY_SETTINGS": str(path), "GIGAMEMORY_RECALL_K": "7", "GIGAMEMORY_DATA": "elsewhere", "HOME": "/"})
    assert (7, 0.3, True) == (loaded.recall_k, loaded.abstain_below, loaded.strict)


@pytest.mark.parametrize(("text", "value"), [("1", True), ("TRUE", True), ("no", False), ("0", False)])
def test_booleans_are_spelled_as_usual(text, value):
    """1, true, yes and 0, false, no, in any case."""
    assert value is Settings.load({"GIGAMEMORY_STRICT": text}).strict


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("GIGAMEMORY_RECALL_K", "many", "GIGAMEMORY_RECALL_K.*int.*'many'"),
        ("GIGAMEMORY_RECALL_K", "0", "recall_k"),
        ("GIGAMEMORY_ABSTAIN_BELOW", "1.5", "abstain_below"),
        ("GIGAMEMORY_STRICT", "perhaps", "GIGAMEMORY_STRICT.*bool"),
    ],
)
def test_a_wrong_value_is_named(variable, value, expected):
    """The message names the setting, where it comes from and what is wrong."""
    with pytest.raises(ValueError, match=expected):
        Settings.load({variable: value})


@pytest.mark.parametrize(
    ("text", "expected"),
    [("recal_k = 5", "unknown setting 'recal_k'"), ("recall_k = [", "settings.toml"), ("recall_k = 'x'", "recall_k"), (None, "cannot be read")],
)
def test_a_wrong_file_is_named(tmp_path, text, expected):
    """A misspelt name, broken TOML, a wrong type and a missing file are errors, not ignored."""
    path = tmp_path / "settings.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=expected):
        Settings.load({"GIGAMEMORY_SETTINGS": str(path)})


def test_settings_are_frozen():
    """Settings cannot change under a running system."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().recall_k = 3
