"""The time governor on a fake clock."""

from __future__ import annotations

import pytest

from submission.engines.governor import TimeGovernor


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def run(clock, governor, n, seconds):
    """Simulate n dialogues whose stages take `seconds`; returns how often each stage ran and the longest overrun."""
    ran = dict.fromkeys(("answer", "support", "extraction", "skipped"), 0)
    for _ in range(n):
        plan = governor.plan()
        clock.now += 0.01  # indexing and the extractive reader
        stages = [name for name in ("extraction", "answer", "support") if getattr(plan, name)]
        ran["skipped"] += not plan.answer
        for name in stages:
            with governor.stage(name):
                clock.now += min(seconds[name], plan.deadline_seconds)
            ran[name] += 1
    return ran


def test_fast_engine_gets_everything():
    """100 dialogues at 2 s each in 1,000 s: all stages always run."""
    clock = Clock()
    governor = TimeGovernor(1000, 100, 60, clock)
    ran = run(clock, governor, 100, {"answer": 1.0, "support": 0.5, "extraction": 0.5})
    assert ran == {"answer": 100, "support": 100, "extraction": 100, "skipped": 0}


def test_optional_stages_give_way_first():
    """Answers of 8 s leave 2 s of the 10 s a dialogue has: the check of 1 s runs, the extraction of 5 s hardly ever."""
    clock = Clock()
    governor = TimeGovernor(1000, 100, 60, clock)
    ran = run(clock, governor, 100, {"answer": 8.0, "support": 1.0, "extraction": 5.0})
    assert ran["answer"] == 100 and ran["skipped"] == 0
    assert ran["support"] >= 95
    assert ran["extraction"] <= 20
    assert clock.now - 1000 <= 1000


@pytest.mark.parametrize("n", [100, 300])
def test_slow_engine_ends_inside_the_budget(n):
    """Answers of 30 s where 10 s are there, and three times as many dialogues as expected: past the budget no model is asked."""
    clock = Clock()
    governor = TimeGovernor(1000, 100, 60, clock)
    ran = run(clock, governor, n, {"answer": 30.0, "support": 10.0, "extraction": 60.0})
    assert ran["answer"] + ran["skipped"] == n
    assert ran["answer"] >= 28
    assert clock.now - 1000 <= 1000 + 0.01 * n


def test_call_deadline_shrinks_to_what_is_left():
    """With 7 s left a call may take 7 s, not 60."""
    clock = Clock()
    governor = TimeGovernor(100, 10, 60, clock)
    clock.now += 93
    assert governor.plan().deadline_seconds == 7.0


def test_no_limit():
    """A total of 0 never runs out."""
    clock = Clock()
    governor = TimeGovernor(0, 10, 60, clock)
    clock.now += 1e9
    assert governor.plan() == (True, True, True, True, 60)


def test_long_context_counts_by_what_it_adds():
    """A long answer of 9 s instead of 6 s costs 3 s: it is granted where a dialogue has 10 s, not where it has 8 s."""
    for total, granted in ((1000, True), (800, False)):
        governor = TimeGovernor(total, 100, 60, clock := Clock())
        for name, seconds in (("answer", 6.0), ("long_context", 9.0)):
            with governor.stage(name):
                clock.now += seconds
        clock.now -= 15
        assert governor.plan().long_context is granted


def test_dead_engine_is_probed():
    """After four failures in a row every tenth dialogue asks; one success and all do."""
    governor = TimeGovernor(0, 10, 60, Clock())
    for _ in range(4):
        governor.plan()
        governor.failed()
    assert [governor.plan().answer for _ in range(6)] == [False] * 5 + [True]
    governor.succeeded()
    assert governor.plan().answer


def test_failed_stage_counts_its_time():
    """A stage that raises is in the mean: 4 s and 2 s are 3 s."""
    governor = TimeGovernor(100, 10, 60, clock := Clock())
    with pytest.raises(RuntimeError), governor.stage("answer"):
        clock.now += 4
        raise RuntimeError
    with governor.stage("answer"):
        clock.now += 2
    assert governor.mean_seconds("answer") == 3.0
