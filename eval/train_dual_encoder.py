"""Trains the dual encoder of the recall stage on data/attributes and data/vignettes (needs torch: the environment .venv/bench).

    python -m eval.train_dual_encoder --out FILE [--members 3] [--steps 600] [--fold 0/2]

A step takes one question and one message of each of many attributes, and some questions of vignettes with a turn that
answers them; the question's own message must win against the others' messages, against near misses and against other turns
of the same vignette, and the message's question against the other questions.  Words lose their own vectors at random, so that
the map of the word vectors is trained for words that the corpus lacks.  What users say in the distractor sessions is not
among the negatives: it stands in the dialogues that the recall stage is measured on.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from tqdm import tqdm

from .attributes import Attribute, load_attributes
from .datasets.dialogue import NO_INFO
from .folds import fold

DATA = Path(__file__).parents[1] / "data"
DIMENSIONS = 128
BATCH = 384  # questions a step
OF_VIGNETTES = 40  # of them; with 128 the encoder learns the vignettes by heart (eval/EXPERIMENTS.md)
RATE = 2e-3
TEMPERATURE = 0.1
LARGEST_SHARPNESS = 60  # inverse of the least temperature that training may reach
NEAR_MISS_WEIGHT = 0.5
BACKWARD_WEIGHT = 0.5  # of finding the message's question, beside the question's message
CROPPED = 0.4  # of the messages only the piece with the answer is shown: recall looks at pieces, too
WORD_LISTS = 0.2  # of the messages are replaced by some of the attribute's typical words
COHORT = 4  # messages of each attribute that stand for what other people tell
COMMON = 2  # texts that must hold a word to give it a vector of its own
OWN_DROPPED, WORDS_DROPPED = 0.5, 0.1
INFORMATION_OFFSET = 8.0  # nats, taken from a word's information, so that common and rare words pull the gate opposite ways

Rows = list[tuple[int, int]]  # of a text: (name, vector) of each token


class Vocabulary:
    """Numbers of the common names in some texts, and of the word vectors that they need; 0 stands for none."""

    def __init__(self, texts: Iterable[str]) -> None:
        from submission.recall.dual_encoder import vocabulary_name
        from submission.recall.text import tokens
        from submission.recall.word_vectors import DIM, shipped_vectors

        words = shipped_vectors()
        found = Counter(token for text in texts for token in set(tokens(text)))
        texts_with = Counter()
        for token, count in found.items():
            texts_with[vocabulary_name(token)] += count
        self.names = [n for n, count in texts_with.items() if count >= COMMON]
        number_of = {n: i for i, n in enumerate(self.names, 1)}
        ids = list(dict.fromkeys(i for token in found if (i := words.id(token)) is not None))
        row_of = {i: row for row, i in enumerate(ids, 1)}
        self._tokens = tokens
        self._row_of = {token: (number_of.get(vocabulary_name(token), 0), row_of.get(words.id(token), 0)) for token in found}
        self.vectors = torch.from_numpy(np.concatenate([np.zeros((1, DIM), np.float32), words.vectors(ids)]))
        self.information = torch.from_numpy(np.append(np.float32(0), words.information(ids)).astype(np.float32))

    def rows(self, text: str) -> Rows:
        """(name, vector) of each token of one of the texts."""
        return [self._row_of[token] for token in self._tokens(text)]


class Tower(nn.Module):
    """One side of the dual encoder: what submission.recall.dual_encoder.Side holds for one member."""

    def __init__(self, vocabulary: Vocabulary, start: torch.Tensor) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self.map = nn.Parameter(start.clone())
        self.own = nn.Embedding(len(vocabulary.names) + 1, DIMENSIONS, padding_idx=0)
        self.gate_map = nn.Linear(vocabulary.vectors.shape[1], 1)
        self.own_gate = nn.Embedding(len(vocabulary.names) + 1, 1, padding_idx=0)
        self.information = nn.Parameter(torch.tensor(0.2))
        for weight in (self.own.weight, self.gate_map.weight, self.own_gate.weight):
            nn.init.zeros_(weight)

    def forward(self, texts: Sequence[Rows]) -> torch.Tensor:
        """(n_texts, DIMENSIONS), rows L2-normalised, with words dropped at random; each text has a word at least."""
        names, vectors = (nn.utils.rnn.pad_sequence([torch.tensor([row[i] for row in text]) for text in texts], batch_first=True) for i in (0, 1))
        present = nn.utils.rnn.pad_sequence([torch.ones(len(text)) for text in texts], batch_first=True)
        names = names * (torch.rand(names.shape) > OWN_DROPPED)
        kept = torch.rand(present.shape) > WORDS_DROPPED
        kept[:, 0] = True
        present = present * kept
        known = self._vocabulary.vectors[vectors]
        information = self.information * (self._vocabulary.information[vectors] - INFORMATION_OFFSET)
        gates = self.gate_map(known)[..., 0] + self.own_gate(names)[..., 0] + information
        rows = known @ self.map + self.own(names)
        return functional.normalize((rows * (functional.softplus(gates) * present)[..., None]).sum(dim=1), dim=-1)


class Told(NamedTuple):
    """A question of a vignette, the turns that answer it (each whole, and its quote) and the same person's other turns."""

    question: Rows
    answers: list[tuple[Rows, Rows]]
    others: list[Rows]


class Corpus:
    """The corpus as rows of the vocabulary, from which steps are drawn."""

    def __init__(self, attributes: Sequence[Attribute], vignettes: Sequence[Any], vocabulary: Vocabulary) -> None:
        """`vignettes`: data.personas.Persona, as data.vignettes reads them."""
        from submission.recall.pieces import pieces

        rows = vocabulary.rows
        self.questions = [[rows(q) for q in a.questions] for a in attributes]
        self._messages = [[rows(m.text) for m in a.messages] for a in attributes]
        self._crops = [[rows(piece) for m in a.messages for piece in pieces(m.text) if m.text[m.start : m.end] in piece] for a in attributes]
        self._words = [[row for w in a.words for row in rows(w)] for a in attributes]
        self._near = [[rows(n) for n in a.near_misses] for a in attributes]
        self._told = [told for vignette in vignettes for told in _told(vignette, rows)]

    def step(self, draw: random.Random) -> tuple[list[Rows], list[Rows]]:
        """Questions; their messages in the same order, then near misses."""
        told = draw.sample(self._told, min(OF_VIGNETTES, len(self._told)))
        chosen = draw.sample(range(len(self.questions)), min(BATCH - len(told), len(self.questions)))
        near = [draw.choice(self._near[i]) for i in chosen if self._near[i]] + [draw.choice(t.others) for t in told if t.others]
        questions = [draw.choice(self.questions[i]) for i in chosen] + [t.question for t in told]
        return questions, [self._message(i, draw) for i in chosen] + [_answer(t, draw) for t in told] + near

    def _message(self, i: int, draw: random.Random) -> Rows:
        if self._words[i] and draw.random() < WORD_LISTS:
            return draw.sample(self._words[i], min(len(self._words[i]), draw.randint(3, 8)))
        return draw.choice(self._crops[i] if self._crops[i] and draw.random() < CROPPED else self._messages[i])


def _told(vignette: Any, rows: Callable[[str], Rows]) -> Iterator[Told]:
    """The questions that something the user said answers."""
    said = {(s.id, i): text for s in vignette.sessions for i, (role, text) in enumerate(s.messages) if role == "user"}
    turns = {place: rows(text) for place, text in said.items()}
    for question in vignette.questions:
        answers = [(turns[q.session, q.message_index], rows(q.quote)) for q in question.evidence if (q.session, q.message_index) in turns]
        if question.question_type == NO_INFO or not answers:
            continue
        involved = {(q.session, q.message_index) for q in (*question.evidence, *question.superseded)}
        yield Told(rows(question.question), answers, [row for place, row in turns.items() if place not in involved and row])


def _answer(told: Told, draw: random.Random) -> Rows:
    whole, quote = draw.choice(told.answers)
    return quote if quote and draw.random() < CROPPED else whole


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.train_dual_encoder")
    parser.add_argument("--members", type=int, default=3, help="models of different seeds, whose cosines are averaged")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--out", type=Path, required=True, help="what ships is submission/recall/assets/dual_encoder.npz")
    parser.add_argument("--fold", type=fold, metavar="K/N", help="leave the vignettes K, K + N, ... out, for fitting on them what comes after")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with attributes and vignettes")
    options = parser.parse_args(arguments)
    from data.vignettes import read_vignettes, vignette_files

    torch.set_num_threads(1)  # sums in one order: the same seeds give the same weights
    attributes = load_attributes(sorted((options.data / "attributes").rglob("*.txt")))
    vignettes = read_vignettes(*vignette_files(options.data))
    if options.fold:
        vignettes = [v for number, v in enumerate(vignettes) if number % options.fold[1] != options.fold[0]]
    vocabulary = Vocabulary([*_texts_of_attributes(attributes), *_texts_of_vignettes(vignettes)])
    corpus = Corpus(attributes, vignettes, vocabulary)
    members = [trained(corpus, vocabulary, seed, options.steps) for seed in range(options.members)]
    store(options.out, vocabulary, members, [m.text for a in attributes for m in a.messages[:COHORT]])
    print(
        f"{options.out.name}: {len(attributes)} attributes, {len(vignettes)} vignettes, {len(vocabulary.names)} words, {options.members} members, "
        f"{options.out.stat().st_size / 2**20:.1f} MiB"
    )
    return 0


def _texts_of_attributes(attributes: Sequence[Attribute]) -> list[str]:
    return [t for a in attributes for t in (*a.questions, *(m.text for m in a.messages), *a.near_misses, *a.words)]


def _texts_of_vignettes(vignettes: Sequence[Any]) -> list[str]:
    said = [text for v in vignettes for s in v.sessions for role, text in s.messages if role == "user"]
    return said + [t for v in vignettes for q in v.questions for t in (q.question, *(e.quote for e in q.evidence))]


def trained(corpus: Corpus, vocabulary: Vocabulary, seed: int, steps: int) -> tuple[Tower, Tower]:
    """The towers of questions and of messages."""
    torch.manual_seed(seed)
    draw = random.Random(seed)
    start = nn.init.orthogonal_(torch.empty(vocabulary.vectors.shape[1], DIMENSIONS))
    towers = Tower(vocabulary, start), Tower(vocabulary, start)
    sharpness = nn.Parameter(torch.tensor(-float(np.log(TEMPERATURE))))
    own = [p for tower in towers for part in (tower.own, tower.own_gate) for p in part.parameters()]
    shared = [p for tower in towers for p in tower.parameters() if all(p is not o for o in own)] + [sharpness]
    optimiser = torch.optim.AdamW([{"params": shared, "lr": RATE / 3}, {"params": own, "lr": RATE}], weight_decay=1e-5)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, [RATE / 3, RATE], total_steps=steps, pct_start=min(0.5, max(0.1, 2 / steps)))
    for _ in tqdm(range(steps), desc=f"member {seed}", disable=None):
        questions, messages = corpus.step(draw)
        n = len(questions)
        scores = towers[0](questions) @ towers[1](messages).T * sharpness.exp().clamp(max=LARGEST_SHARPNESS)
        discount = torch.zeros(len(messages))
        discount[n:] = float(np.log(NEAR_MISS_WEIGHT))
        answers = torch.arange(n)
        loss = functional.cross_entropy(scores + discount, answers) + BACKWARD_WEIGHT * functional.cross_entropy(scores[:, :n].T, answers)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return towers


def store(path: Path, vocabulary: Vocabulary, members: Sequence[tuple[Tower, Tower]], cohort: Sequence[str]) -> None:
    """Write what submission.recall.dual_encoder reads: words' own vectors and the messages of the cohort in 8 bits, all else in 16."""
    from submission.recall.dual_encoder import COHORT_STEPS, restored

    arrays: dict[str, Any] = {"vocabulary": np.frombuffer("\n".join(vocabulary.names).encode("utf-8"), dtype=np.uint8)}
    for place, side in enumerate(("question", "message")):
        towers = [member[place] for member in members]
        own = np.stack([t.own.weight.detach().numpy()[1:] for t in towers], axis=1)
        scale = np.abs(own).max(axis=(0, 2), keepdims=True) / 127
        offsets = [[t.gate_map.bias.item() - INFORMATION_OFFSET * t.information.item(), t.information.item()] for t in towers]
        arrays |= {
            f"{side}_maps": np.stack([t.map.detach().numpy() for t in towers]).astype(np.float16),
            f"{side}_own": np.round(own / scale).astype(np.int8),
            f"{side}_own_scale": scale.astype(np.float32),
            f"{side}_gate_maps": np.stack([t.gate_map.weight.detach().numpy()[0] for t in towers]).astype(np.float16),
            f"{side}_own_gates": np.stack([t.own_gate.weight.detach().numpy()[1:, 0] for t in towers], axis=1).astype(np.float16),
            f"{side}_gates": np.asarray(offsets, dtype=np.float32),
        }
    if cohort:
        arrays["cohort"] = np.clip(np.round(COHORT_STEPS * restored(arrays).messages(cohort)), -127, 127).astype(np.int8)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


if __name__ == "__main__":
    sys.exit(main())
