"""The mechanism of MemGPT (Packer et al. 2023, arXiv 2310.08560; letta-ai/letta) without its server and its model.

Kept: a main context of fixed size made of a core memory and a first-in-first-out queue of messages; what leaves the
queue stays searchable in recall storage (by words) and archival storage (by vectors), a page of results at a time.
Different: no model edits the core or decides when to search.  A rule keeps user turns that speak of the user and are
not pasted, the newest ones where the core is full; both storages are searched for every question, one page each, and
there is no recursive summary, as everything evicted can still be found.
"""

from __future__ import annotations

from submission.memory.turns import Turn
from submission.recall.encoders import Encoder
from submission.recall.recall import Hit
from submission.recall.text import is_pasted, tokens

from .bm25 import Bm25Scores
from .dense import DenseMemory
from .shared_reader import EVERYTHING

CORE_CHARS = 2_000  # one block of the core, as in the paper's persona and human blocks
QUEUE_CHARS = 8_000
PAGE = 10  # results a search
_SELF = frozenset("я меня мне мной мой моя мое мои моего моей мою моих нас нам наш наша наши i me my mine we our us".split())


class MemgptStyleMemory(DenseMemory):
    """Ranks by the two storages; the reader sees core, queue and one page of each storage."""

    def __init__(self, model_path: str | None = None, encoder: Encoder | None = None) -> None:
        super().__init__(model_path, encoder)
        self._words = Bm25Scores()

    def clear_memory(self, dialogue_id: str) -> None:
        super().clear_memory(dialogue_id)
        self._words.drop(dialogue_id)

    def score_turns(self, dialogue_id: str, turns: list[Turn], question: str) -> list[float]:
        """Pages of the archive and of recall storage alternate, best first."""
        places = [0.0] * len(turns)
        for scorer in (super().score_turns, self._words):
            scores = scorer(dialogue_id, turns, question)
            for rank, i in enumerate(sorted(range(len(turns)), key=lambda i: (-scores[i], -i))):
                places[i] = max(places[i], 1 / (1 + rank))
        return places

    def read_turns(self, dialogue_id: str, question: str) -> list[Hit]:
        hits = self.recall(dialogue_id, question, EVERYTHING)
        paged = {hit.index for hit in hits[: 2 * PAGE]}
        turns = list(self._logs.get(dialogue_id, ()))
        context = paged | _newest(turns, QUEUE_CHARS) | _newest([t for t in turns if _about_user(t)], CORE_CHARS)
        return [hit for hit in hits if hit.index in context]


def _about_user(turn: Turn) -> bool:
    return turn.is_user and not is_pasted(turn.text) and not _SELF.isdisjoint(tokens(turn.text))


def _newest(turns: list[Turn], chars: int) -> set[int]:
    """Indexes of the last turns that fit into `chars` characters."""
    kept: set[int] = set()
    for turn in reversed(turns):
        chars -= len(turn.text)
        if chars < 0:
            break
        kept.add(turn.index)
    return kept
