"""Worker processes over dialogues.  The parent alone writes: a worker that is killed, or outlives its parent, spoils nothing."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from .asking import PREDICTIONS, Kept, Work, ask_dialogue, failed_record
from .errors import UserError
from .journal import make_folder
from .ledger import reset_peak
from .systems import SystemSpec, build_system

DEATHS = 2  # of workers, after which a dialogue's open questions are recorded as failed

_RECORD, _DONE, _FAILED = "record", "done", "failed"


def ask_in_processes(spec: SystemSpec, todo: Sequence[Work], *, strict: bool, workers: int, scratch: Path) -> Iterator[Kept]:
    """Records of all dialogues in the order in which they come, a dialogue on one worker.

    The dialogue of a worker that dies goes to a new one, without the questions answered already; the second death costs
    the questions still open (with `strict`: UserError).  Raises UserError when a system cannot be built or, with
    `strict`, fails.
    """
    queue = deque(todo)
    deaths: Counter[Any] = Counter()
    crew: list[_Worker] = []
    started = 0
    try:
        while queue or any(worker.work for worker in crew):
            while queue and len(crew) < workers:
                crew.append(_Worker(spec, strict, scratch / f"worker-{started}"))
                started += 1
            for worker in crew:
                if not worker.work and queue:
                    worker.take(queue.popleft())
            for pipe in wait([worker.pipe for worker in crew if worker.work]):
                worker = next(w for w in crew if w.pipe is pipe)
                try:
                    kind, value = pipe.recv()
                except (EOFError, OSError):
                    crew.remove(worker)
                    left = worker.left()
                    deaths[left.dialogue.id] += 1
                    said = f"worker died ({worker.end()})"
                    if deaths[left.dialogue.id] < DEATHS:
                        queue.appendleft(left)
                        continue
                    if strict:
                        raise UserError(f"dialogue {left.dialogue.id!r}: {said} {DEATHS} times") from None
                    yield from (failed_record(left.dialogue, question, said) for question in left.questions)
                    continue
                if kind == _FAILED:
                    raise UserError(value)
                if kind == _DONE:
                    worker.work = None
                else:
                    worker.note(value)
                    yield value
    finally:
        for worker in crew:
            worker.end()


class _Worker:
    """One process with a system of its own, and the dialogue that it is at."""

    def __init__(self, spec: SystemSpec, strict: bool, scratch: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, spec, strict, scratch), daemon=True)
        self._process.start()
        theirs.close()  # so that its end is the end of the pipe
        self.work: Work | None = None
        self._answered: set[Any] = set()

    def take(self, work: Work) -> None:
        self.work, self._answered = work, set()
        try:
            self.pipe.send(work)
        except OSError:  # it has died; the next wait on the pipe says so
            return

    def note(self, kept: Kept) -> None:
        if kept.journal == PREDICTIONS:
            self._answered.add(kept.record["question_id"])

    def left(self) -> Work:
        return Work(self.work.dialogue, [q for q in self.work.questions if q.id not in self._answered])

    def end(self) -> str:
        """Kill it if it lives; how it ended, in words."""
        self.pipe.close()
        self._process.kill()
        self._process.join()
        code = self._process.exitcode
        self._process.close()
        return f"signal {-code}" if code and code < 0 else f"exit status {code}"


def _serve(pipe: Connection, spec: SystemSpec, strict: bool, scratch: Path) -> None:
    """A worker's life: dialogues in, records out, until the parent closes the pipe or is gone."""
    from .runner import scratch_folder

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is the parent's to handle
    try:
        with scratch_folder(make_folder(scratch)):
            reset_peak()
            system = build_system(spec)
            while True:
                for kept in ask_dialogue(spec, system, pipe.recv(), strict=strict, scratch=scratch):
                    pipe.send((_RECORD, kept))
                pipe.send((_DONE, None))
    except UserError as error:
        pipe.send((_FAILED, str(error)))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
