"""The time governor: which stages the time that is left still pays for.

The contest gives 7 hours for all answers and does not say how many there are.  So two rules: past the budget no
model is asked any more (the extractive reader takes milliseconds), and before it an optional stage runs only while
the running means say that the expected number of dialogues fits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

__all__ = ["Plan", "TimeGovernor"]

OPTIONAL = ("support", "long_context", "extraction")  # cheapest and most useful first
TAIL_SHARE = 0.05  # of the expected dialogues are taken to be still ahead, however many there were already
FAILURES_IN_A_ROW = 4  # after so many the engine is taken for dead
PROBE_EVERY = 10  # and only every so many dialogues is it asked again


class Plan(NamedTuple):
    """What one dialogue may spend."""

    answer: bool  # ask the model at all
    support: bool
    long_context: bool
    extraction: bool
    deadline_seconds: float  # for each call


class TimeGovernor:
    """Knows seconds only; `clock` returns them, rising.  `total_seconds` of 0 means no limit."""

    def __init__(
        self, total_seconds: float, expected_dialogues: int, call_deadline_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._started = clock()
        self._total = total_seconds
        self._expected = expected_dialogues
        self._deadline = call_deadline_seconds
        self._dialogues = 0
        self._sums: dict[str, tuple[float, int]] = {}
        self._failures = 0

    def plan(self) -> Plan:
        """The plan of the next dialogue (the contest asks one question a dialogue)."""
        self._dialogues += 1
        if self._failures >= FAILURES_IN_A_ROW and self._dialogues % PROBE_EVERY:
            return Plan(False, False, False, False, self._deadline)
        if self._total == 0:
            return Plan(True, True, True, True, self._deadline)
        left = self._total - (self._clock() - self._started)
        if left <= 0:
            return Plan(False, False, False, False, 0.0)
        ahead = max(self._expected - self._dialogues + 1, self._expected * TAIL_SHARE, 1)
        room = left / ahead - self.mean_seconds("answer")
        granted = {}
        for stage in OPTIONAL:
            extra = self.mean_seconds(stage)
            if stage == "long_context" and extra:  # measured as a whole answer, it stands in for the usual one
                extra = max(0.0, extra - self.mean_seconds("answer"))
            granted[stage] = room > 0 and extra <= room
            room -= extra if granted[stage] else 0.0
        return Plan(True, granted["support"], granted["long_context"], granted["extraction"], min(self._deadline, left))

    def mean_seconds(self, stage: str) -> float:
        """The running mean of a stage; 0 before its first run, so that each is tried once."""
        seconds, n = self._sums.get(stage, (0.0, 0))
        return seconds / n if n else 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measures a stage; an EngineError inside counts its time too."""
        started = self._clock()
        try:
            yield
        finally:
            seconds, n = self._sums.get(name, (0.0, 0))
            self._sums[name] = (seconds + self._clock() - started, n + 1)

    def failed(self) -> None:
        """The engine did not answer."""
        self._failures += 1

    def succeeded(self) -> None:
        """The engine answered: it is alive."""
        self._failures = 0
