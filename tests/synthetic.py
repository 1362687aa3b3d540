"""Run folders made up for the report: any number of systems and questions, with the files that a real run leaves."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from fakes import session, write_data

from eval.datasets import load_contest
from eval.journal import make_folder, write_json
from eval.manifest import VERSION, sha256
from eval.summary import SUMMARY, summarise

SYSTEMS = "submission oracle rrf mem0_raw hipporag_style dense bm25 graphiti_raw tfidf user_turns memgpt_style abstain".split()
TYPES = ("fact_equal_session", "info_consolidation", "info_updating", "no_info")
WORDS = "собака кошка работа отпуск машина дача ремонт сестра книга музыка поезд ужин врач школа письмо погода футбол рецепт кофе лес".split()
REFUSAL = "У меня нет такой информации"


def write_dataset(path: Path, dialogues: int, questions: int, seed: int = 0) -> Path:
    """Dialogues of 20 sessions of ten turns."""
    chance = random.Random(seed)
    records = []
    for d in range(dialogues):
        sessions = [session(s, *(_sentence(chance, 14 if t % 2 else 6) for t in range(10))) for s in range(20)]
        asked = []
        for q in range(questions):
            kind, place, turn = TYPES[q % 4], chance.randrange(20), 2 * chance.randrange(5)
            word = chance.choice(WORDS)
            asked.append(
                {
                    "id": q, "question": f"Вопрос {d}-{q}: {_sentence(chance, 6)}?", "question_type": kind,
                    "ans": REFUSAL if kind == "no_info" else f"Это {word}.", "ans_session_ids": [place],
                    "evidence": [{"session_id": place, "message_index": turn, "quote": sessions[place]["messages"][turn]["content"][:40]}],
                    "accept": ["нет такой"] if kind == "no_info" else [word], "reject": [],
                }
            )  # fmt: skip
        records.append({"id": f"d{d}", "sessions": sessions, "questions": asked})
    return write_data(path, *records)


def write_run(folder: Path, data: Path, system: str, skill: float, seed: int, *, answers: dict[Any, str] | None = None, tokens: int = 0) -> Path:
    """A finished run with accuracy near `skill`; `answers` replaces some, `tokens` are charged for each answer."""
    chance = random.Random(seed)
    make_folder(folder)
    dialogues = load_contest(data)
    predictions, ingestions, calls = [], [], []
    for dialogue in dialogues:
        ingestions.append(
            {"dialogue_id": dialogue.id, "turns": 200, "write_seconds": [chance.lognormvariate(-9, 1) for _ in range(100)],
             "index_seconds": chance.lognormvariate(-1, 0.3), "peak_rss_bytes": int(3e8 + 1e7 * seed), "gpu_bytes": None, "disk_bytes": 4096 * seed}
        )  # fmt: skip
        for question in dialogue.questions:
            right = chance.random() < skill
            text = question.gold if right else (REFUSAL if chance.random() < 0.4 else f"Это {_sentence(chance, 3)}.")
            turns = chance.sample(range(200), 40)
            rank = min(200, int(chance.expovariate(0.02 if not right else 0.2)) + 1)
            [evidence] = question.evidence
            place = evidence.session_id * 10 + evidence.message_index
            if rank <= 40:
                turns = [t for t in turns if t != place][:39]
                turns.insert(rank - 1, place)
            hits = [{"index": t, "session_id": t // 10, "score": round(3.0 / (k + 1), 4)} for k, t in enumerate(turns)]
            predictions.append(
                {"dialogue_id": dialogue.id, "question_id": question.id, "question": question.text,
                 "answer": (answers or {}).get(question.id, text), "error": None, "answer_time": 0.5,
                 "recall_seconds": chance.lognormvariate(-6, 0.5), "answer_seconds": chance.lognormvariate(-5 + seed % 5, 0.6),
                 "hits": hits, "evidence": [[place, rank]], "support": round(min(1, max(0, chance.gauss(0.75 if right else 0.45, 0.15))), 3)}
            )  # fmt: skip
            if tokens:
                calls.append({"key": str(len(calls)), "stage": "answer", "model": "m", "prompt_tokens": tokens, "completion_tokens": 12,
                              "estimated": False, "seconds": 0.1, "reply": {}})  # fmt: skip
    for name, records in (("predictions", predictions), ("ingestions", ingestions), ("calls", calls)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    manifest = {
        "version": VERSION, "system": system, "data": {"file": data.name, "sha256": sha256(data), "limit": None}, "judge": "patterns",
        "engine": "extractive", "settings": {"recall_k": 12}, "code": {"commit": f"{seed:040x}", "dirty": False},
    }  # fmt: skip
    write_json(folder / "manifest.json", manifest)
    write_json(folder / SUMMARY, summarise(folder, dialogues, "patterns"))
    return folder


def write_runs(folder: Path, data: Path, systems: int = 12) -> Path:
    """The first so many SYSTEMS, skills falling from 0.8."""
    for place, system in enumerate(SYSTEMS[:systems]):
        write_run(folder / system, data, system, 0.8 - 0.055 * place, place + 1, tokens=900 if place % 4 == 3 else 0)
    return folder


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(words))
