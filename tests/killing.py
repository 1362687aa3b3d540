"""A run against a scripted endpoint, killed with SIGKILL and taken up again until it is done."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

from fakes import record, session, write_data
from scripted import Say, ScriptedServer, serving

RUN = (
    "import sys; from eval import cli; from eval.systems import SYSTEMS, SystemSpec;"
    "SYSTEMS['asking'] = SystemSpec('asking', 'fakes:AskingMemory', ''); sys.exit(cli.main(sys.argv[1:]))"
)
TIMES = frozenset(["answer_time", "recall_seconds", "answer_seconds"])
_OF_A_QUESTION = ("question_type", "ans", "ans_session_ids", "evidence", "accept", "reject")


def reply(body: dict[str, Any]) -> str:
    """A model whose reply is a function of the request alone."""
    return "r" + hashlib.sha256(json.dumps(body["messages"]).encode()).hexdigest()[:8]


def write_questions(path: Path, dialogues: int, questions: int) -> Path:
    """Dialogues of two sessions, each with so many questions."""
    base = {name: value for name, value in record().items() if name in _OF_A_QUESTION}
    return write_data(
        path,
        *(
            {
                "id": d,
                "sessions": [session(1, f"моя собака Тошка {d}", "Хорошее имя!"), session(2, "как варить суп", "Долго.")],
                "questions": [{**base, "id": q, "question": f"Вопрос {d}/{q}?"} for q in range(questions)],
            }
            for d in range(dialogues)
        ),
    )


def undisturbed(child: Any, data: Path, out: Path) -> tuple[list[dict], int]:
    """Predictions without their times, and the calls that the endpoint saw."""
    with serving(Say(reply)) as server:
        process = child(*command(data, out, server))
        assert 0 == process.wait(120), process.stderr.read()
        return results(out), len(server.requests)


def killed(child: Any, data: Path, out: Path, *, kills: int, delay: float, workers: int = 1, seed: int = 0) -> tuple[list[dict], Counter[str], int]:
    """The same of a run killed `kills` times, between 0.3 s after its start and the first moment at which it could be done;
    calls are counted by their content, kills as they were made."""
    chance = random.Random(seed)
    made = 0
    with serving(Say(reply, delay=delay)) as server:
        while True:
            process = child(*command(data, out, server, "--resume", "--workers", workers))
            if made < kills:
                seen = len(server.requests)
                # most kills hit a run that is at its calls, some its start
                patience = time.monotonic() + 30
                while chance.random() < 0.98 and len(server.requests) < seen + 1 and process.poll() is None and time.monotonic() < patience:
                    time.sleep(0.01)
                time.sleep(chance.uniform(0, 4 * delay))
                process.kill()
                made += process.wait() == -9
            elif process.wait(120) == 0:
                break
            else:
                raise AssertionError(process.stderr.read())
        return results(out), Counter(json.dumps(r, sort_keys=True) for r in server.requests), made


def command(data: Path, out: Path, server: ScriptedServer, *more: Any) -> list[Any]:
    options = ["--system", "asking", "--data", data, "--out", out, "--engine", "openai", "--url", server.url, "--judge", "patterns"]
    return ["-c", RUN, "run", *options, *more]


def results(out: Path) -> list[dict]:
    lines = (out / "asking" / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    return [{name: value for name, value in json.loads(line).items() if name not in TIMES and name != "run"} for line in lines]
