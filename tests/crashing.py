"""A memory over a file that is killed while it writes: the operations, and the child process that does them."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import Any

from submission import SubmitModelWithMemory
from submission.contract import Message
from submission.recall.encoders import Encoder
from submission.settings import Settings

DIALOGUES = 5
TOPICS = ("магний", "соседа", "сварку", "машину")


def open_memory(path: Path | str = "", encoder: Encoder | None = None) -> SubmitModelWithMemory:
    """Over the file at `path`; "" for process memory."""
    return SubmitModelWithMemory(None, Settings(engine="extractive", strict=True, store_path=str(path)), encoder)


def do(memory: SubmitModelWithMemory, n: int) -> None:
    """Operation number n: mostly a write, at times one with a forget request, at times a clear."""
    dialogue = n * 3 % DIALOGUES
    if n % 37 == 36:
        memory.clear_memory(dialogue)
        return
    topic = TOPICS[n % 4]
    said = f"забудь, что я говорил про {topic}" if n % 17 == 16 else f"сегодня {n} раз вспоминал про {topic}, не забуду"
    reply = f"Понятно, запись {n}. " * (1 + n % 5 * 60)
    memory.write_to_memory([Message("user", said, n // 10), Message("assistant", reply, n // 10)], dialogue)


def seen(memory: SubmitModelWithMemory) -> list[Any]:
    """All that a user can see of the memory: hits and answers of every dialogue."""
    question = "Что я говорил про магний?"
    hits = [[hit[:4] for hit in sorted(memory.recall(d, question, 10_000))] for d in range(DIALOGUES)]  # without scores
    return [hits, [memory.answer_to_question(d, question) for d in range(DIALOGUES)]]


if __name__ == "__main__":
    memory = open_memory(sys.argv[1])
    print("ready", flush=True)
    for n in itertools.count(int(sys.argv[2])):
        do(memory, n)
        print(n, flush=True)
