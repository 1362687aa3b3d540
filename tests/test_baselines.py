"""baselines: the contest's interface and what each one ranks."""

from __future__ import annotations

import pytest
from scripted import Say, serving

from eval.systems import SYSTEMS, build_system
from submission.contract import Message, ModelWithMemory

NAMES = [name for name, spec in SYSTEMS.items() if spec.path.startswith("baselines") and not spec.peer]
REFUSAL = "У меня нет такой информации"
TURNS = [("user", "мою собаку зовут Тошка"), ("assistant", "Хорошая собака."), ("user", "как варить борщ"), ("assistant", "Со свёклой.")]


@pytest.fixture(params=NAMES)
def system(request):
    return build_system(SYSTEMS[request.param])


def filled(name, turns=TURNS):
    memory = build_system(SYSTEMS[name])
    memory.write_to_memory([Message(role, text, 1) for role, text in turns], 1)
    return memory


def indexes(name, question="Как зовут собаку?", k=10):
    return [h.index for h in filled(name).recall(1, question, k)]


def test_every_baseline_has_the_contests_interface(system):
    """It is a ModelWithMemory, answers with text before anything is written, and clears what it does not know."""
    assert isinstance(system, ModelWithMemory)
    assert system.answer_to_question("unknown", "Как зовут собаку?").strip()
    assert [] == list(system.recall("unknown", "Как зовут собаку?", 5))
    system.clear_memory("unknown")


def test_every_baseline_forgets_what_is_cleared(system):
    """Nothing is left, not even in an index; the id can be used again."""
    system.write_to_memory([Message("user", "мою собаку зовут Тошка", 1), Message("assistant", "да", 1)], 7)
    system.answer_to_question(7, "Как зовут собаку?")
    system.clear_memory(7)
    assert [] == list(system.recall(7, "Как зовут собаку?", 5))
    system.write_to_memory([Message("user", "как варить борщ", 1), Message("assistant", "да", 1)], 7)
    assert "Тошка" not in system.answer_to_question(7, "Как зовут собаку?")


def test_every_baseline_keeps_dialogues_apart(system):
    """A wall between two ids."""
    system.write_to_memory([Message("user", "мою собаку зовут Тошка", 1), Message("assistant", "да", 1)], 1)
    system.write_to_memory([Message("user", "как варить борщ", 1), Message("assistant", "да", 1)], "1")
    assert "Тошка" not in system.answer_to_question("1", "Как зовут собаку?")


@pytest.mark.parametrize("name", ["bm25", "tfidf"])
def test_rankers_put_the_matching_turn_first(name):
    """By words; k cuts the list, a k beyond it gives all."""
    assert 0 == indexes(name, "собаку зовут")[0]
    assert [0] == indexes(name, "собаку зовут", k=1)
    assert [0, 1, 2, 3] == sorted(indexes(name))


@pytest.mark.parametrize("name", ["bm25", "tfidf"])
def test_rankers_see_turns_written_after_a_question(name):
    """The index follows the log."""
    memory = filled(name)
    memory.recall(1, "кошка", 5)
    memory.write_to_memory([Message("user", "кошка Мурка", 2), Message("assistant", "да", 2)], 1)
    assert 4 == memory.recall(1, "кошка", 1)[0].index


def test_last_turns_ranks_by_recency():
    """The end of the dialogue first."""
    assert [3, 2, 1, 0] == indexes("last_turns")


def test_last_turns_reads_what_fits():
    """A fact beyond the context is out of sight; within it, it is read."""
    long = [("user", "слово " * 2_000), ("assistant", "текст " * 2_000)] * 3
    assert REFUSAL in filled("last_turns", [*TURNS, *long]).answer_to_question(1, "Как зовут собаку?")
    assert "Тошка" in filled("last_turns").answer_to_question(1, "Как зовут собаку?")
    assert "Тошка" in filled("user_turns", [*TURNS, *long]).answer_to_question(1, "Как зовут собаку?")


def test_user_turns_puts_the_user_first():
    """All user turns, newest first, before any reply."""
    assert [2, 0, 3, 1] == indexes("user_turns")


def test_abstain_is_the_floor():
    """It declines and recalls nothing."""
    assert REFUSAL == filled("abstain").answer_to_question(1, "Как зовут собаку?")
    assert [] == indexes("abstain")


def test_every_baseline_reports_support(system):
    """Of its last answer, so that the curve of risk over coverage has it."""
    system.answer_to_question("unknown", "Как зовут собаку?")
    assert 0.0 == system.last_support


@pytest.mark.parametrize("name", [name for name in NAMES if name != "abstain"])
def test_with_an_engine_the_submissions_model_reader_reads_for_every_baseline(name, monkeypatch):
    """The prompt is the submission's, word for word, where both recall the whole dialogue."""
    with serving(Say("Вашу собаку зовут Тошка.")) as server:
        monkeypatch.setenv("GIGAMEMORY_ENGINE", "openai")
        monkeypatch.setenv("GIGAMEMORY_ENGINE_URL", server.url)
        for system in (name, "submission"):
            memory = filled(system, TURNS[:2])
            assert "Вашу собаку зовут Тошка." == memory.answer_to_question(1, "Как зовут мою собаку?")
            assert (1.0, 1) == (memory.last_support, memory.counters["model"])
            memory.close()
        assert 2 == len(server.requests) and server.requests[0] == server.requests[1]


def test_with_a_dead_engine_a_baseline_falls_back_like_the_submission(monkeypatch):
    """To the extractive reader, and it is counted."""
    with serving(Say(status=500)) as server:
        monkeypatch.setenv("GIGAMEMORY_ENGINE", "openai")
        monkeypatch.setenv("GIGAMEMORY_ENGINE_URL", server.url)
        monkeypatch.setenv("GIGAMEMORY_ENGINE_RETRIES", "0")
        monkeypatch.setenv("GIGAMEMORY_ABSTAIN_BELOW", "0")
        memory = filled("bm25")
        assert "Тошка" in memory.answer_to_question(1, "Как зовут мою собаку?")
        assert 1 == memory.counters["fallback_error"]
        memory.close()
