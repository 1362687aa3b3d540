"""Dialogues over a Ray cluster.  The only module that knows Ray; the journal stays with the caller, as with processes."""

from __future__ import annotations

import os
import tempfile
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .asking import Kept, Work, ask_dialogue, failed_record
from .errors import UserError
from .ledger import reset_peak
from .systems import SystemSpec, build_system
from .workers import DEATHS


def ask_on_ray(spec: SystemSpec, todo: Sequence[Work], *, strict: bool, workers: int, gpus: float) -> Iterator[Kept]:
    """Records of all dialogues as their dialogues end, on `workers` actors with `gpus` GPUs each.

    Connects to the cluster of the environment (RAY_ADDRESS) or starts one on this machine.  Settings in GIGAMEMORY_*
    variables travel to the actors; this package has to be installed there.  The dialogue of an actor that dies goes to
    another one; the second death costs its questions (with `strict`: UserError).  Raises UserError without Ray, and as
    the processes do.
    """
    ray = _connected(workers)
    actor = ray.remote(num_cpus=1, num_gpus=gpus, max_restarts=0)(_Asker)
    environment = {name: value for name, value in os.environ.items() if name.startswith("GIGAMEMORY_")}

    def started() -> Any:
        return actor.options(runtime_env={"env_vars": environment}).remote(spec, strict)

    queue, deaths, under_way, idle = deque(todo), Counter(), {}, [started() for _ in range(min(workers, len(todo)))]
    try:
        while queue or under_way:
            while queue and idle:
                work, asker = queue.popleft(), idle.pop()
                under_way[asker.ask.remote(work)] = (work, asker)
            [ended], _ = ray.wait(list(under_way), num_returns=1)
            work, asker = under_way.pop(ended)
            try:
                found = ray.get(ended)
            except ray.exceptions.RayActorError:
                deaths[work.dialogue.id] += 1
                idle.append(started())
                if deaths[work.dialogue.id] < DEATHS:
                    queue.appendleft(work)
                    continue
                if strict:
                    raise UserError(f"dialogue {work.dialogue.id!r}: worker died {DEATHS} times") from None
                found = [failed_record(work.dialogue, question, "worker died") for question in work.questions]
            else:
                idle.append(asker)
            if isinstance(found, str):
                raise UserError(found)
            yield from found
    finally:
        for asker in [*idle, *(asker for _, asker in under_way.values())]:
            ray.kill(asker)


class _Asker:
    """An actor: a system of its own, asked one dialogue at a time."""

    def __init__(self, spec: SystemSpec, strict: bool) -> None:
        self._spec, self._strict = spec, strict
        self._folder = tempfile.TemporaryDirectory(prefix="gigamemory-")
        tempfile.tempdir = os.environ["TMPDIR"] = self._folder.name
        reset_peak()
        self._system: Any = None

    def ask(self, work: Work) -> list[Kept] | str:
        """The dialogue's records; the message of a UserError, which is for the user and not for Ray."""
        try:
            self._system = self._system or build_system(self._spec)
            return list(ask_dialogue(self._spec, self._system, work, strict=self._strict, scratch=Path(self._folder.name)))
        except UserError as error:
            return str(error)


def _connected(workers: int) -> Any:
    try:
        import ray
    except ImportError as error:
        raise UserError("--executor ray needs Ray: pip install 'gigamemory[ray]'") from error
    if not ray.is_initialized():
        address = os.environ.get("RAY_ADDRESS")
        # Ray counts logical CPUs: so many workers have to be possible on a machine with fewer cores, too
        local = {} if address else {"num_cpus": max(workers, os.cpu_count() or 1), "include_dashboard": False}
        ray.init(address=address, log_to_driver=False, logging_level="error", **local)
    return ray
