"""Trains the cross-encoder of the reader on data/vignettes and data/attributes (needs torch: the environment .venv/bench).

    python -m eval.train_cross_encoder --out FILE [--steps 1600] [--fold 3/4] [--encoder FOLDER]

An English sentence encoder learns to read a question with one passage at a time, Russian word by word in English.  A step
takes some questions, each with a passage that answers it and passages that do not; among all their clauses, and the choice
that nothing answers, those of the answer must win.  A question of a vignette without an answer has only the passages that come
closest.  What distractor sessions say is not among the passages: it stands in the dialogues that the reader is measured on.

The vignettes of --fold are left out: on them the reader's own weights are fitted (eval/fit_reader.py).
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from .attributes import Attribute, load_attributes
from .bench_command import english_folder
from .datasets.dialogue import NO_INFO
from .evidence_labels import holds
from .folds import UNREAD, fold
from .glosses import load_glosses

DATA = Path(__file__).parents[1] / "data"
BATCH = 12  # questions a step
ATTRIBUTE_QUESTIONS = 4000  # seen in one round with all questions of the vignettes
RATE, HEAD_RATE = 8e-5, 1e-3
WARM_UP = 0.1
LARGEST_GRADIENT = 1.0
PARTS = 4  # of a step's passages, sorted by length: little padding
CLOSEST = 6  # passages of a vignette, by the dual encoder, that count as close
CLOSE, CLOSE_UNANSWERED, FAR = 3, 4, 2  # passages beside the answer: close ones, close ones where there is no answer, others
OF_OTHERS = 4  # messages about other attributes beside a near miss
SIMILAR = slice(30, 400)  # ranks of those by the dual encoder: closer ones may answer, too
KEPT_OTHERS, KEPT_ANSWERS = 12, 3  # messages of a question that are kept to draw from
ANSWER, OTHER, LEFT_OUT = 1, 0, -1  # labels of clauses; what was true before is neither

Clause = tuple[tuple[int, ...], int]  # piece ids and label
Passage = list[Clause]


class Asked(NamedTuple):
    """A question as piece ids, the passages that answer it (none: nothing does), near misses and further passages."""

    question: tuple[int, ...]
    answers: list[Passage]
    close: list[Passage]
    far: list[Passage]
    of_vignette: bool


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.train_cross_encoder")
    parser.add_argument("--out", type=Path, required=True, help="what ships is submission/reading/assets/cross_encoder.npz")
    parser.add_argument("--steps", type=int, default=1600)
    parser.add_argument("--fold", type=fold, metavar="K/N", default=UNREAD, help="leave the vignettes K, K + N, ... out")
    parser.add_argument("--encoder", type=Path, help="folder of an English BERT model; default: all-MiniLM-L6-v2 of the extra bench")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with attributes, vignettes and glosses")
    options = parser.parse_args(arguments)
    from transformers import BertModel

    from data.vignettes import read_vignettes, vignette_files

    folder = options.encoder or english_folder()
    texts = Texts(options.data / "glosses", folder)
    vignettes = [v for n, v in enumerate(read_vignettes(*vignette_files(options.data))) if n % options.fold[1] != options.fold[0]]
    attributes = load_attributes(sorted((options.data / "attributes").rglob("*.txt")))
    asked = [a for v in tqdm(vignettes, desc="vignettes", disable=None) for a in asked_of_vignette(v, texts.ids)]
    asked += asked_of_attributes(attributes, texts.ids)
    torch.manual_seed(0)
    model = CrossModel(BertModel.from_pretrained(folder, add_pooling_layer=False), texts.start, texts.separator)
    train(model, asked, options.steps)
    store(options.out, model, texts)
    print(f"{options.out.name}: {len(vignettes)} vignettes, {len(asked)} questions, {options.out.stat().st_size / 2**20:.1f} MiB")
    return 0


class Texts:
    """Texts as piece ids of the encoder in `folder`, by the glosses."""

    def __init__(self, glosses: Path, folder: Path) -> None:
        from submission.reading.glossing import Glossing
        from submission.reading.word_pieces import WordPieces

        self.glosses = {lemma: shortest(gloss) for name in ("ru.tsv", "ru_function.tsv") for lemma, gloss in load_glosses(glosses / name).items()}
        self.pieces = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self._glossing, self._word_pieces = Glossing(self.glosses), WordPieces(self.pieces)
        self.start, self.separator = self._word_pieces.start, self._word_pieces.separator

    def ids(self, text: str) -> tuple[int, ...]:
        from submission.reading.cross_encoder import PASSAGE_PIECES

        return self._word_pieces.ids(self._glossing.english(text))[:PASSAGE_PIECES]


def shortest(gloss: str) -> str:
    """The first meaning of a gloss, in lower case, letters and numbers only."""
    return " ".join("".join(c if c.isalnum() or c in "'-" else " " for c in gloss.split(",")[0]).lower().split())


def asked_of_vignette(vignette: Any, ids: Callable[[str], tuple[int, ...]]) -> Iterator[Asked]:
    """All questions of a vignette that its user's messages answer, or that nothing answers."""
    from submission.reading.clauses import clauses_of
    from submission.recall.dual_encoder import shipped_dual_encoder
    from submission.recall.recall import Hit

    places = {place: number for number, place in enumerate((s.id, i) for s in vignette.sessions for i in range(len(s.messages)))}
    hits = [Hit(places[s.id, i], s.id, role, text, 0.0) for s in vignette.sessions for i, (role, text) in enumerate(s.messages)]
    turns: dict[int, list] = {}
    for clause in clauses_of(hits):
        turns.setdefault(clause.hit.index, []).append(clause)
    encoder = shipped_dual_encoder()
    rows = {turn: encoder.messages([c.text for c in clauses]) for turn, clauses in turns.items()}
    for question in vignette.questions:
        answers, before = ([(places[q.session, q.message_index], q.quote) for q in quotes] for quotes in (question.evidence, question.superseded))
        unanswered = question.question_type == NO_INFO
        meant = encoder.questions([question.question])[0]
        answering, others = [], []
        for turn, clauses in turns.items():
            labels = [OTHER if unanswered else ANSWER if holds(c, answers) else LEFT_OUT if holds(c, before) else OTHER for c in clauses]
            for passage in passages([(ids(c.text), label) for c, label in zip(clauses, labels)]):
                if any(label == ANSWER for _, label in passage):
                    answering.append(passage)
                else:
                    others.append((float((rows[turn] @ meant).max()), passage))
        others.sort(key=lambda other: -other[0])
        if unanswered or answering:
            ranked = [passage for _, passage in others]
            yield Asked(ids(question.question), answering, ranked[:CLOSEST], ranked[CLOSEST:], True)


def asked_of_attributes(attributes: Sequence[Attribute], ids: Callable[[str], tuple[int, ...]]) -> Iterator[Asked]:
    """All questions of the attributes, with some messages of theirs and of similar attributes."""
    from submission.recall.dual_encoder import shipped_dual_encoder

    draw, encoder = random.Random(0), shipped_dual_encoder()
    messages = [(number, m) for number, a in enumerate(attributes) for m in a.messages]
    told = [_message_passages(m.text, ids, m.start, m.end) for _, m in messages]
    of = np.asarray([number for number, _ in messages])
    rows = encoder.messages([m.text for _, m in messages])
    for number, attribute in enumerate(tqdm(attributes, desc="attributes", disable=None)):
        answering = [p for place in np.flatnonzero(of == number) for p in told[place] if any(label == ANSWER for _, label in p)]
        near = [p for text in attribute.near_misses for p in _message_passages(text, ids)]
        for question, meant in zip(attribute.questions, encoder.questions(list(attribute.questions))):
            similar = [place for place in np.argsort(-(rows @ meant))[SIMILAR] if of[place] != number]
            others = [told[place][0] for place in draw.sample(similar, min(KEPT_OTHERS, len(similar))) if told[place]]
            if answering:
                kept = draw.sample(answering, min(KEPT_ANSWERS, len(answering)))
                yield Asked(ids(question), kept, near, [[(clause, OTHER) for clause, _ in p] for p in others], False)


def _message_passages(text: str, ids: Callable[[str], tuple[int, ...]], start: int = 0, end: int = 0) -> list[Passage]:
    """Passages of a message; the clauses that share a character with `text[start:end]` answer."""
    from submission.reading.clauses import clauses_of
    from submission.recall.recall import Hit

    found, at = [], 0
    for clause in clauses_of([Hit(0, 0, "user", text, 0.0)]):
        at = max(at, text.find(clause.text, at))
        found.append((ids(clause.text), ANSWER if at < end and at + len(clause.text) > start else OTHER))
        at += len(clause.text)
    return passages(found)


def passages(clauses: Iterable[Clause]) -> list[Passage]:
    """Clauses of a turn in passages that the cross-encoder reads at once; clauses without words are dropped."""
    from submission.reading.cross_encoder import PASSAGE_PIECES

    found: list[Passage] = []
    room = 0
    for clause in clauses:
        if not clause[0]:
            continue
        if len(clause[0]) > room:
            found.append([])
            room = PASSAGE_PIECES
        found[-1].append(clause)
        room -= len(clause[0])
    return found


class CrossModel(nn.Module):
    """A BERT model whose word vectors stay as they are, with a score for each clause."""

    def __init__(self, bert: Any, start: int, separator: int) -> None:
        super().__init__()
        self.bert, self._start, self._separator = bert, start, separator
        self.bert.embeddings.word_embeddings.weight.requires_grad = False
        self.head = nn.Linear(bert.config.hidden_size, 1)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, pairs: Sequence[tuple[Sequence[int], Passage]]) -> list[torch.Tensor]:
        """Of each (question, passage) the logits of its clauses, (n_clauses,)."""
        lines, kinds, clauses, number = [], [], [], 0
        for question, passage in pairs:
            line, kind = [self._start, *question, self._separator], [0] * (len(question) + 2)
            clause = [-1] * len(line)
            for ids, _ in passage:
                line += ids
                clause += [number] * len(ids)
                number += 1
            lines.append(torch.tensor([*line, self._separator]))
            kinds.append(torch.tensor([*kind, *[1] * (len(line) + 1 - len(kind))]))
            clauses.append(torch.tensor([*clause, -1]))
        ids, types = (nn.utils.rnn.pad_sequence(part, batch_first=True) for part in (lines, kinds))
        of = nn.utils.rnn.pad_sequence(clauses, batch_first=True, padding_value=-1).flatten()
        present = nn.utils.rnn.pad_sequence([torch.ones(len(line)) for line in lines], batch_first=True)
        states = self.bert(input_ids=ids, attention_mask=present, token_type_ids=types).last_hidden_state
        inside = of >= 0
        logits = self.head(states).flatten()[inside]
        sums = torch.zeros(number).index_add(0, of[inside], logits)
        means = sums / torch.zeros(number).index_add(0, of[inside], torch.ones(len(logits)))
        return list(means.split([len(passage) for _, passage in pairs]))


def train(model: CrossModel, asked: Sequence[Asked], steps: int) -> None:
    """Fit the model to the questions, in rounds, for so many steps."""
    draw = random.Random(1)
    learned = [p for p in model.bert.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW([{"params": learned, "lr": RATE}, {"params": model.head.parameters(), "lr": HEAD_RATE}], weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, [RATE, HEAD_RATE], total_steps=steps, pct_start=max(WARM_UP, 2 / steps))
    stream = _rounds(asked, draw)
    model.train()
    for _ in tqdm(range(steps), desc="cross-encoder", disable=None):
        loss = _loss(model, [_drawn(next(stream), draw) for _ in range(BATCH)])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), LARGEST_GRADIENT)
        optimiser.step()
        schedule.step()
    model.eval()


def _rounds(asked: Sequence[Asked], draw: random.Random) -> Iterator[Asked]:
    of_vignettes, of_attributes = [a for a in asked if a.of_vignette], [a for a in asked if not a.of_vignette]
    while True:
        some = of_vignettes + draw.sample(of_attributes, min(ATTRIBUTE_QUESTIONS, len(of_attributes)))
        yield from draw.sample(some, len(some))


def _drawn(asked: Asked, draw: random.Random) -> list[tuple[tuple[int, ...], Passage]]:
    """The question with each of the passages of one step."""
    close, far = (CLOSE if asked.answers else CLOSE_UNANSWERED, FAR) if asked.of_vignette else (1, OF_OTHERS)
    found = [draw.choice(asked.answers)] if asked.answers else []
    found += draw.sample(asked.close, min(close, len(asked.close))) + draw.sample(asked.far, min(far, len(asked.far)))
    return [(asked.question, passage) for passage in found]


def _loss(model: CrossModel, groups: Sequence[list[tuple[tuple[int, ...], Passage]]]) -> torch.Tensor:
    """Listwise cross entropy of the questions' clauses with the null option, whose logit is 0."""
    pairs = [pair for group in groups for pair in group]
    order = sorted(range(len(pairs)), key=lambda i: sum(len(ids) for ids, _ in pairs[i][1]) + len(pairs[i][0]))
    size = -(-len(pairs) // PARTS)
    logits: dict[int, torch.Tensor] = {}
    for part in (order[at : at + size] for at in range(0, len(order), size)):
        logits.update(zip(part, model([pairs[i] for i in part])))
    losses, at = [], 0
    for group in groups:
        scores = torch.cat([logits[at + i] for i in range(len(group))])
        labels = torch.tensor([label for _, passage in group for _, label in passage])
        at += len(group)
        choices = torch.cat([scores[labels != LEFT_OUT], torch.zeros(1)])
        right = scores[labels == ANSWER] if (labels == ANSWER).any() else torch.zeros(1)
        losses.append(choices.logsumexp(0) - right.logsumexp(0))
    return torch.stack(losses).mean()


def store(path: Path, model: CrossModel, texts: Texts) -> None:
    """Write what submission.reading.cross_encoder reads: matrices and word vectors in 8 bits, all else in 16."""
    from submission.reading.cross_encoder import PASSAGE_PIECES, QUESTION_PIECES

    state = {name: value.numpy() for name, value in model.bert.state_dict().items()}
    kept = [i for i, piece in enumerate(texts.pieces) if piece.isascii() and not piece.startswith("[unused")]
    positions = state["embeddings.position_embeddings.weight"][: QUESTION_PIECES + PASSAGE_PIECES + 3]
    arrays: dict[str, Any] = {
        "glosses": _bytes(f"{lemma}\t{gloss}" for lemma, gloss in texts.glosses.items()),
        "pieces": _bytes(texts.pieces[i] for i in kept),
        "attention_heads": np.asarray(model.bert.config.num_attention_heads),
        "positions": (positions + state["embeddings.token_type_embeddings.weight"][:, None]).astype(np.float16),
        "norm": _norm(state, "embeddings.LayerNorm"),
        "head": torch.cat([model.head.weight.detach()[0], model.head.bias.detach()]).numpy(),
    }
    arrays["embeddings"], arrays["embeddings_scale"] = _in_8_bits(state["embeddings.word_embeddings.weight"][kept], axis=1)
    for number in range(model.bert.config.num_hidden_layers):
        layer = f"encoder.layer.{number}"
        attention = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        names = {
            "attention_in": attention,
            "attention_out": [f"{layer}.attention.output.dense"],
            "feed_in": [f"{layer}.intermediate.dense"],
            "feed_out": [f"{layer}.output.dense"],
        }
        for name, sources in names.items():
            matrix = np.concatenate([state[f"{source}.weight"] for source in sources]).T
            arrays[f"{name}_{number}"], arrays[f"{name}_{number}_scale"] = _in_8_bits(matrix, axis=0)
            arrays[f"{name}_{number}_offsets"] = np.concatenate([state[f"{source}.bias"] for source in sources]).astype(np.float16)
        arrays[f"norm_attention_{number}"] = _norm(state, f"{layer}.attention.output.LayerNorm")
        arrays[f"norm_feed_{number}"] = _norm(state, f"{layer}.output.LayerNorm")
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _bytes(lines: Iterable[str]) -> np.ndarray:
    return np.frombuffer("\n".join(lines).encode("utf-8"), dtype=np.uint8)


def _norm(state: dict[str, np.ndarray], name: str) -> np.ndarray:
    return np.stack([state[f"{name}.weight"], state[f"{name}.bias"]]).astype(np.float16)


def _in_8_bits(matrix: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """The matrix in steps, and their size along the other axis, so that the largest entry has 127 of them."""
    scale = np.abs(matrix).max(axis=axis) / 127 + 1e-12
    return np.round(matrix / np.expand_dims(scale, axis)).astype(np.int8), scale.astype(np.float32)


if __name__ == "__main__":
    sys.exit(main())
