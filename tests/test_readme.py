"""README.md and the Makefile: what they name is there."""

from __future__ import annotations

import re

import pytest
from conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def tree():
    """Paths of the tree in the README; a file's folders are the less indented lines above it."""
    [block] = re.findall(r"```\n(submission/.*?)```", README, re.S)
    folders: list[tuple[int, str]] = []
    for line in block.splitlines():
        names, indent = re.split(r"\s{2,}| (?![\w.]+\.py)", line.strip())[0].split(), len(line) - len(line.lstrip())
        folders = [(depth, name) for depth, name in folders if depth < indent]
        for name in names:
            yield "".join(folder for _, folder in folders) + name
        if names[-1].endswith("/"):
            folders.append((indent, names[-1]))


def test_the_tree_names_what_there_is():
    """No path in it is of yesterday."""
    paths = list(tree())
    assert len(paths) > 20
    assert [] == [path for path in paths if not (ROOT / path).exists()]


def test_every_target_is_one_line_of_help():
    """make help lists each, and the README's commands are targets."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = {name for line in re.findall(r"^([a-z0-9 -]+):.*## .+$", text, re.M) for name in line.split()}
    assert set(re.search(r"^\.PHONY: (.+)$", text, re.M).group(1).split()) == listed
    assert set(re.findall(r"\bmake ([a-z][a-z-]*)`", README)) | {"eval", "test"} <= listed


@pytest.mark.parametrize("marker", ["<!-- leaderboard -->", "<!-- end -->"])
def test_the_table_has_its_place(marker):
    """`make readme` writes between the two."""
    assert 1 == README.count(marker)
