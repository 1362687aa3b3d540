"""The direction of imports between the folders, and one seam for each foreign thing."""

from __future__ import annotations

import ast

import pytest
from conftest import ROOT

# module -> the only files of submission/ that may import it
SEAMS = {
    "cryptography": {"submission/memory/sealing.py"},
    "faiss": {"submission/recall/dense.py"},
    "sqlite3": {"submission/memory/store.py"},
    "models": {"submission/contract.py"},
    "submit_interface": {"submission/contract.py"},
    "vllm": {"submission/engines/vllm_offline.py"},
    "transformers": {
        "submission/engines/transformers_local.py",
        "submission/recall/transformer_encoder.py",
        "submission/recall/reranker.py",
    },
}
OURS = {"submission", "baselines", "eval", "data", "tests"}


def imported(path, *, module_level=False):
    """(level, dotted name, line) of every import in a file; with module_level only those that run on import."""
    pending = list(ast.parse(path.read_text(encoding="utf-8")).body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from ((0, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or "", node.lineno
        elif module_level and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        pending.extend(ast.iter_child_nodes(node))


def breaches(folder, forbidden, *, module_level=False):
    """file:line: module of every absolute import of a forbidden top-level module under `folder`."""
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        for level, module, line in imported(path, module_level=module_level):
            if level == 0 and forbidden(name, module.split(".")[0]):
                found.append(f"{name}:{line}: {module}")
    return found


def test_the_submission_stands_alone():
    """Nothing in submission/ names one of our packages absolutely, itself included: it also lives as `submit`."""
    assert [] == breaches("submission", lambda _, module: module in OURS)


def test_relative_imports_stay_inside_the_submission():
    """No import climbs above the package."""
    for path in (ROOT / "submission").rglob("*.py"):
        depth = len(path.relative_to(ROOT).parts) - 1
        assert [] == [line for level, _, line in imported(path) if level > depth], path


def test_baselines_do_not_know_the_harness():
    """Baselines import the submission, never eval or data."""
    assert [] == breaches("baselines", lambda _, module: module in {"eval", "data", "tests"})


def test_the_harness_finds_systems_by_name():
    """eval imports neither submission nor baselines when it is imported itself."""
    assert [] == breaches("eval", lambda _, module: module in {"submission", "baselines"}, module_level=True)


@pytest.mark.parametrize("foreign", SEAMS)
def test_each_foreign_thing_has_one_seam(foreign):
    """Only the named file of submission/ and baselines/ imports it."""
    for folder in ("submission", "baselines"):
        assert [] == breaches(folder, lambda name, module: module == foreign and name not in SEAMS[foreign])


def test_the_check_sees_a_breach(tmp_path):
    """An import in a function counts for one rule and not for the other."""
    path = tmp_path / "a.py"
    path.write_text("import os\ndef f():\n    from eval.x import y\n", encoding="utf-8")
    assert {"os", "eval.x"} == {module for _, module, _ in imported(path)}
    assert {"os"} == {module for _, module, _ in imported(path, module_level=True)}
