"""Behaves as the organisers' runner: python run.py DATA OUT writes OUT/submit.csv with the package `submit` beside it.

Pairs go by parity over the flattened messages; nothing is caught, so that one exception ends the run.
"""

import csv
import json
import sys
import time
from pathlib import Path

from models import Message
from submit import SubmitModelWithMemory
from submit_interface import ModelWithMemory


def flattened(record):
    messages = []
    for session in record["sessions"]:
        own = [Message(m["role"], m["content"], session["id"]) for m in session["messages"]]
        if own[0].role == "assistant":
            del own[0]
        if own[-1].role == "user":
            own.append(Message("assistant", "<нет ответа>", session["id"]))
        messages += own
    return messages


def answered(memory, record):
    started = time.monotonic()
    messages = flattened(record)
    for end in range(2, len(messages) + 1, 2):
        memory.write_to_memory(messages[end - 2 : end], record["id"])
    answer = memory.answer_to_question(record["id"], record["question"])
    seconds = time.monotonic() - started
    memory.clear_memory(record["id"])
    return {"id": record["id"], "answer": answer, "answer_time": seconds}


def main(data, out):
    records = [json.loads(line) for line in Path(data).read_text(encoding="utf-8").splitlines()]
    memory = SubmitModelWithMemory("/no/such/model")
    assert isinstance(memory, ModelWithMemory)
    with (Path(out) / "submit.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "answer", "answer_time"])
        writer.writeheader()
        writer.writerows(answered(memory, record) for record in records)


main(*sys.argv[1:])
