"""What a user talks about: topic tags of turns and a vector profile that grows with them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..recall.encoders import Encoder
from ..recall.text import content_lemmas
from ..recall.unit_rows import normalised
from .attributes import TAGS

# what each tag is about, in words of the encoder's languages
SEEDS: dict[str, tuple[str, ...]] = {
    "family": ("жена муж супруг", "сын дочь дети ребёнок", "мама папа родители", "брат сестра", "бабушка дедушка внук", "свадьба родственники"),
    "work": ("работа начальник коллега", "офис должность вакансия резюме", "уволиться устроиться зарплата", "завод смена бригада",
    "проект заказчик дедлайн"),
    "health": ("врач больница лечение", "таблетки лекарство давление", "болит спина колено", "аллергия симптомы", "анализы диагноз операция"),
    "pets": ("кот кошка котёнок", "собака пёс щенок порода", "попугай хомяк аквариум", "ветеринар корм питомец"),
    "money": ("деньги рубли тысяч", "кредит ипотека банк ставка", "долг заём расписка", "бюджет расходы цена", "пенсия налог вклад"),
    "travel": ("поездка отпуск путешествие", "самолёт билет аэропорт", "поезд море отель", "экскурсия горы поход", "вернулись ездили город"),
    "home": ("квартира дом этаж", "переезд район аренда", "ремонт обои плитка", "мебель кухня комната", "дача участок теплица"),
    "food": ("рецепт блюдо ужин", "суп борщ мясо", "торт пирог выпечка", "кофе чай напиток", "овощи фрукты каша"),
    "study": ("учёба университет экзамен", "школа класс урок", "курс язык английский", "диплом диссертация статья", "студент преподаватель"),
    "hobby": ("хобби увлечение", "спорт тренировка бег", "рыбалка охота грибы", "гитара музыка песня", "рисование вязание шитьё",
    "книга роман чтение", "шахматы игра"),
    "tech": ("телефон смартфон приложение", "компьютер ноутбук программа", "код сервер база", "интернет роутер настройка",
    "машина двигатель автомобиль"),
}  # fmt: skip
CLUSTER_AFTER = 24  # turns before the first clustering; the mean is the profile until then


class TopicTagger:
    """Tags texts by the words in them that lie near a tag's seed words; seeds and words are encoded once each."""

    def __init__(self, encoder: Encoder, threshold: float = 0.6) -> None:
        self._encoder = encoder
        self._threshold = threshold
        pairs = [(i, word) for i, tag in enumerate(TAGS) for seed in SEEDS[tag] for word in seed.split()]
        self._owners = np.asarray([i for i, _ in pairs])
        self._seeds = encoder.encode_passages([word for _, word in pairs])
        self._words: dict[str, np.ndarray] = {}  # lemma -> (n_tags,) largest cosine with a seed of the tag

    def scores(self, texts: Sequence[str]) -> np.ndarray:
        """(n_texts, n_tags) float32: for each tag the mean of the text's two nearest words; zeros for no words."""
        parts = [list(dict.fromkeys(content_lemmas(text))) for text in texts]
        self._learn([word for part in parts for word in part])
        result = np.zeros((len(texts), len(TAGS)), dtype=np.float32)
        for row, part in zip(result, parts):
            if part:
                near = np.sort(np.stack([self._words[word] for word in part]), axis=0)[-2:]
                row += near.mean(axis=0)
        return result

    def tags(self, texts: Sequence[str], most: int = 2) -> list[tuple[str, ...]]:
        """Tags of each text whose score reaches the threshold, best first, at most `most`; () where none does."""
        result = []
        for row in self.scores(texts):
            best = sorted(range(len(TAGS)), key=lambda i: (-row[i], i))[:most]
            result.append(tuple(TAGS[i] for i in best if row[i] >= self._threshold))
        return result

    def boost(self, question: str, scores: np.ndarray) -> np.ndarray:
        """(n_texts,) float32 in [0, 1]: how well the tags of texts with these `scores` agree with the question's."""
        asked = np.clip(self.scores([question])[0] - self._threshold, 0.0, None)
        if not asked.any() or not len(scores):
            return np.zeros(len(scores), dtype=np.float32)
        told = np.clip(scores - self._threshold, 0.0, None)
        return np.clip(normalised(told) @ normalised(asked[None])[0], 0.0, 1.0)

    def _learn(self, words: Sequence[str]) -> None:
        new = list(dict.fromkeys(word for word in words if word not in self._words))
        if not new:
            return
        cosines = self._encoder.encode_passages(new) @ self._seeds.T
        nearest = np.stack([cosines[:, self._owners == i].max(axis=1) for i in range(len(TAGS))], axis=1)
        self._words.update(zip(new, nearest))


class UserProfile:
    """Clusters of the user's turns, updated turn by turn (mini-batch k-means, Sculley 2010); deterministic."""

    def __init__(self, dim: int, n_topics: int = 8) -> None:
        self._n_topics = n_topics
        self._waiting: list[np.ndarray] = []
        self._sum = np.zeros(dim, dtype=np.float64)
        self._model = None

    def add(self, vectors: np.ndarray) -> None:
        """Take in rows (n_turns, dim) of unit length; zero rows say nothing."""
        rows = [row for row in np.asarray(vectors, dtype=np.float32) if row.any()]
        self._sum += np.sum(rows, axis=0) if rows else 0.0
        self._waiting += rows
        if self._model is None and len(self._waiting) < max(CLUSTER_AFTER, self._n_topics) or len(self._waiting) < self._n_topics:
            return
        if self._model is None:
            from sklearn.cluster import MiniBatchKMeans

            self._model = MiniBatchKMeans(n_clusters=self._n_topics, random_state=0, n_init=1, batch_size=256)
        self._model.partial_fit(np.stack(self._waiting))
        self._waiting = []

    @property
    def vector(self) -> np.ndarray:
        """(dim,) float32 of unit length: the mean of all turns; zeros where there is none."""
        return normalised(self._sum[None].astype(np.float32))[0]

    @property
    def topics(self) -> np.ndarray:
        """(n_topics, dim) float32, rows of unit length; the mean alone before there is enough for clusters."""
        return self.vector[None] if self._model is None else normalised(self._model.cluster_centers_.astype(np.float32))

    def affinity(self, vectors: np.ndarray) -> np.ndarray:
        """(n,) float32: the largest cosine of each unit row with a topic."""
        return (np.asarray(vectors, dtype=np.float32) @ self.topics.T).max(axis=1) if len(vectors) else np.zeros(0, dtype=np.float32)
