"""How large the model path's prompts are, and whether the evidence is in them.  No model runs.

Tokens are estimated, as the contest's tokenizer is not to be had without its weights: a contest dialogue of about
350 k characters is put at 100 k tokens and more, that is 3.5 characters a token; 2.5 is counted here, so that the real
prompts are smaller than the figures printed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from .datasets import Dialogue, load_contest
from .datasets.dialogue import NO_INFO
from .errors import UserError
from .replay import flatten, positions, write_dialogue

CHARS_PER_TOKEN = 2.5


class PromptSize(NamedTuple):
    """One question's prompt.

    `evidence` is the share of its evidence turns that are in it with the words quoted, None where none are
    known.
    """

    question_id: Any
    prompt_tokens: int
    full_tokens: int
    evidence: float | None
    answerable: bool
    complete: bool


class _Ruler:
    """An engine that only counts, by characters."""

    context_tokens = 131_072

    def __init__(self, chars_per_token: float) -> None:
        self._chars_per_token = chars_per_token

    def count_tokens(self, text: str) -> int:
        from submission.engines.base import estimated_tokens

        return estimated_tokens(text, self._chars_per_token)


def measure_prompts(dialogues: Sequence[Dialogue], chars_per_token: float = CHARS_PER_TOKEN) -> list[PromptSize]:
    """The prompt of every question, built as the submission builds it."""
    from submission import SubmitModelWithMemory
    from submission.engines.governor import TimeGovernor
    from submission.memory.turns import TurnLog
    from submission.reading.model_reader import ModelReader
    from submission.reading.prompts import answer_chat, neutral
    from submission.settings import Settings

    settings = Settings.load({"GIGAMEMORY_ENGINE": "extractive"})
    memory = SubmitModelWithMemory(None, settings)
    governor, ruler = TimeGovernor(0, 1, 60.0), _Ruler(chars_per_token)
    reader = ModelReader(ruler, settings, governor, Counter())
    sizes = []
    for dialogue in dialogues:
        flat = flatten(dialogue)
        places = positions(flat)
        write_dialogue(memory, dialogue.id, flat)
        log = TurnLog()
        log.append(flat)
        turns, full = list(log), ruler.count_tokens("\n".join(turn.content for turn in flat))
        for question in dialogue.questions:
            ranked = [hit.index for hit in memory.recall(dialogue.id, question.text, max(len(turns), 1))]
            packed, _ = reader.pack_memory(question.text, turns, ranked, (), governor.plan())
            known = [(places[at], neutral(e.quote)) for e in question.evidence if (at := (e.session_id, e.message_index)) in places]
            there = [index in packed.turns and quote in packed.text for index, quote in known]
            sizes.append(
                PromptSize(
                    question.id,
                    sum(ruler.count_tokens(message["content"]) for message in answer_chat(question.text, packed.text)),
                    full,
                    sum(there) / len(there) if there else None,
                    question.type != NO_INFO,
                    packed.complete,
                )
            )
        memory.clear_memory(dialogue.id)
    return sizes


def describe_sizes(sizes: Sequence[PromptSize]) -> str:
    """Means, the largest, and the share of answerable questions all of whose evidence turns are in the prompt."""
    known = [size.evidence for size in sizes if size.answerable and size.evidence is not None]
    prompts = [size.prompt_tokens for size in sizes]
    ratios = [size.full_tokens / size.prompt_tokens for size in sizes]
    lines = [
        f"n={len(sizes)} questions, estimated at {CHARS_PER_TOKEN} characters a token",
        f"prompt tokens: mean {mean(prompts):.0f}, largest {max(prompts)}",
        f"full context tokens: mean {mean(size.full_tokens for size in sizes):.0f} ({mean(ratios):.1f} times)",
        f"all user turns in the prompt: {sum(size.complete for size in sizes)}/{len(sizes)}",
    ]
    if known:
        whole = sum(share == 1.0 for share in known)
        lines.append(f"all evidence turns in the prompt: {whole}/{len(known)} answerable questions = {whole / len(known):.4f}")
    else:
        lines.append("evidence turns: none are marked in this data")
    return "\n".join(lines) + "\n"


def add_prompts_command(commands: Any, find_data: Callable[[Path], Path]) -> None:
    """Register `prompts`; `find_data` turns a path as typed into one that exists."""
    parser = commands.add_parser("prompts", help="measure the model path's prompts and the evidence in them; no model runs")
    parser.add_argument("--data", type=Path, required=True, help="JSON Lines in the contest's format; also searched in $GIGAMEMORY_DATA")
    parser.set_defaults(command=lambda options: _prompts(options, find_data))


def _prompts(options: argparse.Namespace, find_data: Callable[[Path], Path]) -> None:
    dialogues = load_contest(find_data(options.data))
    if not any(dialogue.questions for dialogue in dialogues):
        raise UserError(f"{options.data} holds no questions")
    print(describe_sizes(measure_prompts(dialogues)), end="")
