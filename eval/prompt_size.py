"""How large the model path's prompts are, and whether the evidence is in them.  No model runs.

Tokens are estimated, as the contest's tokenizer is not to be had without its weights: a contest dialogue of about
350 k characters is put at 100 k tokens and more, that is 3.5 characters a token; 2.5 is counted here, so that the real
prompts are smaller than the figures printed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from .datasets import Dialogue
from .datasets.dialogue import NO_INFO
from .replay import flatten, positions, write_dialogue

CHARS_PER_TOKEN = 2.5


class PromptSize(NamedTuple):
    """One question's prompt; `evidence` is the share of its evidence turns in it, None where none are known."""

    question_id: Any
    prompt_tokens: int
    full_tokens: int
    evidence: float | None
    answerable: bool
    complete: bool


class _Ruler:
    """An engine that generates nothing: it keeps the prompts and counts by characters."""

    context_tokens = 131_072

    def __init__(self, chars_per_token: float) -> None:
        self._chars_per_token = chars_per_token
        self.prompts: list[Any] = []

    def count_tokens(self, text: str) -> int:
        from submission.engines.base import estimated_tokens

        return estimated_tokens(text, self._chars_per_token)

    def generate(self, chats: Sequence[Any], max_tokens: int, choice: Any = None, json_schema: Any = None) -> list[str]:
        self.prompts.extend(chats)
        return [""] * len(chats)

    def close(self) -> None:
        pass


def measure_prompts(dialogues: Sequence[Dialogue], chars_per_token: float = CHARS_PER_TOKEN) -> list[PromptSize]:
    """The prompt of every question, built as the submission builds it."""
    from submission import SubmitModelWithMemory
    from submission.engines.deadline import GuardedEngine
    from submission.engines.governor import TimeGovernor
    from submission.reading.model_reader import ModelReader
    from submission.reading.reader import Answer
    from submission.settings import Settings

    settings = Settings.load({"GIGAMEMORY_ENGINE": "extractive"})
    memory = SubmitModelWithMemory(None, settings)
    governor = TimeGovernor(0, 1, 60.0)
    sizes = []
    for dialogue in dialogues:
        flat = flatten(dialogue)
        places = positions(flat)
        write_dialogue(memory, dialogue.id, flat)
        turns = memory.turns(dialogue.id)
        for question in dialogue.questions:
            ruler = _Ruler(chars_per_token)
            reader = ModelReader(GuardedEngine(ruler), settings, governor, Counter())
            ranked = [hit.index for hit in memory.recall(dialogue.id, question.text, max(len(turns), 1))]
            memory_text = reader.pack_memory(question.text, turns, ranked, (), governor.plan())
            reader.read(question.text, turns, ranked, (), governor.plan(), lambda: Answer("-", 0.0, None))
            wanted = {places[(e.session_id, e.message_index)] for e in question.evidence if (e.session_id, e.message_index) in places}
            sizes.append(
                PromptSize(
                    question.id,
                    sum(ruler.count_tokens(message["content"]) for message in ruler.prompts[0]),
                    ruler.count_tokens("\n".join(turn.content for turn in flat)),
                    len(wanted & set(memory_text.turns)) / len(wanted) if wanted else None,
                    question.type != NO_INFO,
                    memory_text.complete,
                )
            )
        memory.clear_memory(dialogue.id)
    return sizes


def describe_sizes(sizes: Sequence[PromptSize]) -> str:
    """Means, the largest, and the share of answerable questions all of whose evidence turns are in the prompt."""
    known = [size.evidence for size in sizes if size.answerable and size.evidence is not None]
    prompts = [size.prompt_tokens for size in sizes]
    lines = [
        f"n={len(sizes)} questions, estimated at {CHARS_PER_TOKEN} characters a token",
        f"prompt tokens: mean {mean(prompts):.0f}, largest {max(prompts)}",
        f"full context tokens: mean {mean(size.full_tokens for size in sizes):.0f} ({mean(s.full_tokens / s.prompt_tokens for s in sizes):.1f} times)",
        f"all user turns in the prompt: {sum(size.complete for size in sizes)}/{len(sizes)}",
    ]
    if known:
        whole = sum(share == 1.0 for share in known)
        lines.append(f"all evidence turns in the prompt: {whole}/{len(known)} answerable questions = {whole / len(known):.4f}")
    else:
        lines.append("evidence turns: none are marked in this data")
    return "\n".join(lines) + "\n"


def add_prompts_command(commands: Any) -> None:
    """`python -m eval prompts --data FILE`."""
    parser = commands.add_parser("prompts", help="measure the model path's prompts and the evidence in them; no model runs")
    parser.add_argument("--data", type=Path, required=True, help="JSON Lines in the contest's format; also searched in $GIGAMEMORY_DATA")
    parser.set_defaults(command=_prompts)


def _prompts(options: argparse.Namespace) -> None:
    from .cli import find_data
    from .datasets import load_contest
    from .errors import UserError

    dialogues = load_contest(find_data(options.data))
    if not any(dialogue.questions for dialogue in dialogues):
        raise UserError(f"{options.data} holds no questions")
    print(describe_sizes(measure_prompts(dialogues)), end="")
