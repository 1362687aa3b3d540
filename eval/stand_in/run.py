"""Behaves as the organisers' runner: `python run.py DATA OUT [MODEL]`, with the package `submit` beside it.

Writes OUT/submit.csv.  Pairs go by parity over the flattened messages; nothing is caught, so one exception ends the run.
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
        if own and own[0].role == "assistant":
            del own[0]
        if own and own[-1].role == "user":
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


def main(data, out, model="/no/such/model"):
    with Path(data).open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    memory = SubmitModelWithMemory(model)
    assert isinstance(memory, ModelWithMemory)
    with (Path(out) / "submit.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "answer", "answer_time"])
        writer.writeheader()
        for record in records:
            writer.writerow(answered(memory, record))
            print(f"{record['id']}: answered", flush=True)


if __name__ == "__main__":  # vLLM's engine processes are spawned
    main(*sys.argv[1:])
