"""A dialogue is a wall, and what is cleared or forgotten is gone: a thousand interleaved dialogues with marks in all they say."""

from __future__ import annotations

import gc
import random
import re
import types

import pytest

from submission import SubmitModelWithMemory
from submission.contract import Message
from submission.memory.store import check_store
from submission.settings import Settings

TELLS = {
    "магний": "мне прописали магний, упаковка {mark}",
    "Виталика": "моего брата зовут Виталик, его код {mark}",
    "работу": "моя работа в отделе {mark} мне нравится",
    "машину": "купил машину, номер кузова {mark}",
    "собаку": "мою собаку зовут Тошка, чип {mark}",
}
QUESTION = {
    "магний": "Что мне прописали?", "Виталика": "Как зовут моего брата?", "работу": "Где моя работа?", "машину": "Какую я купил машину?",
    "собаку": "Как зовут мою собаку?",
}  # fmt: skip
MARK = re.compile(r"\bz\d+q\d+z\b")


class Script:
    """What is said in which dialogue, and which marks must live (`alive`: dialogue -> mark -> topic) or be gone (`dead`)."""

    def __init__(self, dialogues: int, seed: int) -> None:
        self.chance = random.Random(seed)
        self.alive: dict[int | str, dict[str, str]] = {f"d{n}" if n % 2 else n: {} for n in range(dialogues)}
        self.dead: set[str] = set()
        self.made = 0

    def step(self, memory: SubmitModelWithMemory, dialogue: int | str) -> None:
        """One write, forget request or clear, at random."""
        alive, roll = self.alive[dialogue], self.chance.random()
        if roll < 0.06:
            memory.clear_memory(dialogue)
            self._kill(alive, list(alive))
        elif roll < 0.2 and alive:
            topic = self.chance.choice(list(alive.values()))
            self._write(memory, dialogue, f"забудь, что я говорил про {topic}", "Хорошо.")
            self._kill(alive, [mark for mark, of in alive.items() if of == topic])
        else:
            topic = self.chance.choice(list(TELLS))
            mark = f"z{self.made}q{self.chance.randrange(10**6)}z"
            self.made += 1
            alive[mark] = topic
            self._write(memory, dialogue, TELLS[topic].format(mark=mark), f"Понятно, {mark}.")

    def _write(self, memory: SubmitModelWithMemory, dialogue: int | str, said: str, reply: str) -> None:
        session = self.chance.randrange(5)
        memory.write_to_memory([Message("user", said, session), Message("assistant", reply, session)], dialogue)

    def _kill(self, alive: dict[str, str], marks: list[str]) -> None:
        for mark in marks:
            del alive[mark]
            self.dead.add(mark)


def strings_of(thing: object) -> str:
    """All text reachable from an object through its data (not through modules, classes or functions)."""
    skipped = (types.ModuleType, type, types.FunctionType, types.BuiltinFunctionType, types.FrameType)
    seen: set[int] = set()
    pending, found = [thing], []
    while pending:
        item = pending.pop()
        if id(item) in seen or isinstance(item, skipped):
            continue
        seen.add(id(item))
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, (bytes, bytearray)) and len(item) < 10_000:
            found.append(bytes(item).decode("utf-8", "replace"))
        else:
            pending.extend(gc.get_referents(item))
    return "\n".join(found)


def test_a_thousand_dialogues_do_not_leak():
    """Interleaved writes, clears and forget requests: hits and answers show each dialogue its own living marks and no other;
    nothing dead is left in the memory's structures, nor anything at all after all are cleared."""
    memory = SubmitModelWithMemory(None, Settings(engine="extractive", strict=True, rule_facts=True))
    script = Script(1000, seed=1)
    order = [dialogue for dialogue in script.alive for _ in range(6)]
    script.chance.shuffle(order)
    for n, dialogue in enumerate(order):
        script.step(memory, dialogue)
        if n % 40 == 0:  # derived data of a dialogue that goes on changing
            memory.answer_to_question(dialogue, QUESTION["собаку"])
    for n, (dialogue, alive) in enumerate(script.alive.items()):
        question = QUESTION[script.chance.choice(list(TELLS))]
        assert set(alive) == {mark for hit in memory.recall(dialogue, question, 100) for mark in MARK.findall(hit.text)}
        if n % 4 == 0:
            assert set(MARK.findall(memory.answer_to_question(dialogue, question))) <= set(alive)
    assert len(script.dead) > 500
    held = set(MARK.findall(strings_of(memory)))
    assert held == {mark for alive in script.alive.values() for mark in alive}
    for dialogue in script.alive:
        memory.clear_memory(dialogue)
    assert not MARK.search(strings_of(memory))
    assert [] == memory.recall(1, "собака", 10) == memory.recall("no such dialogue", "собака", 10)


@pytest.mark.parametrize("seed", [2])
def test_the_file_holds_the_living_and_nothing_of_the_dead(tmp_path, seed):
    """Every byte of the SQLite file and its WAL, while it is open and after all is cleared."""
    path = tmp_path / "a.db"
    memory = SubmitModelWithMemory(None, Settings(engine="extractive", strict=True, store_path=str(path)))
    script = Script(40, seed)
    order = [dialogue for dialogue in script.alive for _ in range(8)]
    script.chance.shuffle(order)

    def on_disk():
        return set(MARK.findall("".join(p.read_bytes().decode("utf-8", "replace") for p in tmp_path.iterdir())))

    for dialogue in order:
        script.step(memory, dialogue)
    alive = {mark for marks in script.alive.values() for mark in marks}
    assert alive == on_disk() and len(script.dead) > 40
    for dialogue in script.alive:
        memory.clear_memory(dialogue)
    assert set() == on_disk()
    memory.close()
    assert (0, 0, ()) == check_store(path)[2:]
