"""A small hand-written world for the tests of data/: one persona with three questions, and distractors of any number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def turns(*contents: str) -> list[dict[str, str]]:
    """Messages in turn by user and assistant."""
    return [{"role": ("user", "assistant")[i % 2], "content": content} for i, content in enumerate(contents)]


def persona_lines(name: str = "anna") -> list[dict[str, Any]]:
    """Four lines of sessions and facts behind the head, three questions; the last session ends with the user."""
    return [
        {"kind": "persona", "id": name, "language": "ru", "about": "женщина, 30, Омск"},
        {"kind": "session", "id": "s01", "date": "2024-01-10", "messages": turns("работаю швеёй, как спасти иглу?", "Смените иглу.")},
        {
            "kind": "session", "id": "s02", "date": "2024-02-10",
            "messages": turns("купила такси-лицензию, вожу людей", "Удачи!", "сын курит", "Жаль."),
        },
        {"kind": "session", "id": "s03", "date": "2024-03-10", "messages": turns("а как варить борщ?", "Со свёклой.", "понятно")},
        {
            "kind": "fact", "id": "f01", "subject": "user", "attribute": "job", "value": "швея", "session": "s01", "message_index": 0,
            "tags": ["changes"],
        },
        {
            "kind": "fact", "id": "f02", "subject": "user", "attribute": "job", "value": "таксист", "session": "s02", "message_index": 0,
            "tags": ["changes"], "supersedes": "f01",
        },
        question("q01", "Кем я тружусь?", "info_updating", "Вы водите такси.", [("s02", 0, "вожу людей")], ["такси"], [("s01", 0, "работаю швеёй")]),
        question("q02", "Кем я была раньше?", "fact_equal_session", "Вы были швеёй.", [("s01", 0, "работаю швеёй")], ["шве(я|ей)"]),
        question("q03", "Какие сигареты у сына?", "no_info", "У меня нет такой информации", [("s02", 2, "сын курит")], ["нет такой информации"]),
    ]  # fmt: skip


def question(identity: str, text: str, kind: str, gold: str, evidence: list, accept: list, superseded: list | None = None) -> dict[str, Any]:
    def places(quotes: list) -> list[dict[str, Any]]:
        return [{"session": session, "message_index": index, "quote": quote} for session, index, quote in quotes]

    return {
        "kind": "question", "id": identity, "question": text, "question_type": kind, "ans": gold, "evidence": places(evidence),
        "accept": accept, "reject": [], "superseded": places(superseded or []),
    }  # fmt: skip


def distractor_lines(n: int) -> list[dict[str, Any]]:
    """`n` sessions of four turns and 1,000 characters; every fifth ends with the user."""
    lines = []
    for i in range(n):
        contents = [f"вопрос {i:03}", f"ответ {i:03} " + "а" * 480, "дальше", "б" * 492]
        lines.append({"kind": "session", "id": f"d{i:03}", "messages": turns(*contents[: 3 if i % 5 == 4 else 4])})
    return lines


def write_lines(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def write_material(folder: Path, distractors: int = 20) -> Path:
    """A folder with split.json, the personas anna (tune) and boris (test), and distractors."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "split.json").write_text(json.dumps({"ru": {"tune": ["anna"], "test": ["boris"]}}), encoding="utf-8")
    for name in ("anna", "boris"):
        write_lines(folder / "dev" / "ru" / f"{name}.jsonl", persona_lines(name))
    write_lines(folder / "distractors" / "ru" / "some.jsonl", distractor_lines(distractors))
    return folder
