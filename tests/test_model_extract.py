"""ModelExtractor: a model's replies as facts of a book."""

from __future__ import annotations

import json

import pytest

from submission.memory.extract import RuleExtractor
from submission.memory.facts import CURRENT, SUPERSEDED
from submission.memory.model_extract import SESSION_CHARS, TURN_CHARS, ModelExtractor
from submission.memory.turns import Turn

TURNS = [
    Turn(0, "s1", "user", "привет"),
    Turn(1, "s1", "assistant", "Уфа"),
    Turn(2, "s1", "user", "Костя в Уфе"),
    Turn(3, "s2", "user", "Уфа красивая"),
]


class _Model:
    """Gives `reply` to every chat, or no replies at all where it is None; `batches` are the chats of each call."""

    def __init__(self, reply: str | None) -> None:
        self.reply, self.batches = reply, []

    def __call__(self, chats: list[list[str]]) -> list[str]:
        self.batches.append(chats)
        return [] if self.reply is None else [self.reply] * len(chats)


def _reply(*facts: tuple[str, str, str, int]) -> str:
    return json.dumps({"facts": [dict(zip(("subject", "attribute", "value", "turn"), fact)) for fact in facts]})


def _facts(reply: str, *texts: str) -> list[tuple]:
    turns = [Turn(i, 0, "user", text) for i, text in enumerate(texts)]
    book = ModelExtractor(list).book("d", turns, _Model(reply))
    return [(f.subject, f.attribute, f.value, f.turns, f.status) for f in book if f.attribute != "relation"]


def test_sessions_are_asked_about_once_in_one_batch():
    """Two sessions, one call with the user's turns; the same turns are not asked about again, a changed session alone is."""
    model, extractor = _Model(_reply(("брат Костя", "город", "Уфа", 1))), ModelExtractor(list)
    book = extractor.book("d", TURNS, model)
    assert model.batches == [[["привет", "Костя в Уфе"], ["Уфа красивая"]]]
    assert [(f.attribute, f.value, f.turns) for f in book] == [("relation", "брат Костя", (2, 3)), ("city", "Уфа", (2, 3))]
    assert book.people["брат"].label == "брат Костя"
    assert list(extractor.book("d", TURNS, model)) == list(book)
    extractor.book("d", [*TURNS, Turn(4, "s2", "user", "и тёплая")], model)
    assert model.batches[1:] == [[["Уфа красивая", "и тёплая"]]]


def test_forgetting_drops_what_was_drawn():
    """Four claims of two sessions; the next book asks anew.  A dialogue is no other's."""
    model, extractor = _Model(_reply(("брат Костя", "город", "Уфа", 1))), ModelExtractor(list)
    extractor.book("d", TURNS, model)
    assert not extractor.book("other", TURNS, None)
    assert (extractor.forget("d"), extractor.forget("d"), extractor.forget("unknown")) == (4, 0, 0)
    extractor.book("d", TURNS, model)
    assert [len(batch) for batch in model.batches] == [2, 2]


def test_without_time_the_facts_are_those_drawn_before():
    """`ask` of None asks nobody and loses nothing."""
    extractor = ModelExtractor(list)
    extractor.book("d", TURNS[:3], _Model(_reply(("брат Костя", "город", "Уфа", 2))))
    assert [f.value for f in extractor.book("d", TURNS, None) if f.attribute == "city"] == ["Уфа"]


@pytest.mark.parametrize("reply", ["", "{", '{"facts": [1]}', '{"facts": 3}', '{"facts": [{"subject": "я"}]}', "[]"])
def test_a_broken_reply_leaves_the_rules(reply):
    """The session has the rules' facts, none without rules; it is not asked about again."""
    turns, model = [Turn(0, 0, "user", "Работаю инженером.")], _Model(reply)
    extractor = ModelExtractor(list, RuleExtractor())
    assert [(f.attribute, f.value) for f in extractor.book("d", turns, model)] == [("job", "инженер")]
    extractor.book("d", turns, model)
    assert len(model.batches) == 1
    assert not ModelExtractor(list).book("d", turns, model)


def test_a_failed_call_is_made_again():
    """No replies: the rules' facts for now, the model's when it comes back."""
    turns, extractor = [Turn(0, 0, "user", "Работаю инженером.")], ModelExtractor(list, RuleExtractor())
    assert [f.confidence for f in extractor.book("d", turns, _Model(None))] == [0.8]
    assert [f.confidence for f in extractor.book("d", turns, _Model(_reply(("пользователь", "работа", "инженер", 1))))] == [0.7]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("пользователь", "город", "Уфа", 2), ("user", "city", "Уфа", (1,), CURRENT)),
        (("user", "city", "Уфа", 1), ("user", "city", "Уфа", (1,), CURRENT)),  # turn 1 does not say it
        (("я", "город", "Уфа", 99), ("user", "city", "Уфа", (1,), CURRENT)),
        (("я", "прежний город", "Уфа", 2), ("user", "city", "Уфа", (1,), SUPERSEDED)),
        (("я", "любимое место", "Уфа", 2), ("user", "note:любимое место", "Уфа", (1,), CURRENT)),
        (("велосипед", "цвет", "красный", 1), ("user", "note:велосипед цвет", "красный", (0,), CURRENT)),
        (("дочь брата", "город", "Уфа", 2), ("дочь (брат)", "city", "Уфа", (1,), CURRENT)),
        (("User's dog, «Уфа»", "age", "3 года", 2), ("собака", "age", "3 года", (1,), CURRENT)),
        (("Мой велосипед", "цвет", "красный", 1), ("user", "note:велосипед цвет", "красный", (0,), CURRENT)),
        (("puppy", "name", "Уфа", 2), ("собака", "name", "Уфа", (1,), CURRENT)),
        (("собака", "кличка", "Уфа", 2), ("собака", "name", "Уфа", (1,), CURRENT)),
    ],
)
def test_what_a_reply_means(said, expected):
    """Subject, attribute and turn of one fact; a wrong turn is put right by the words of the value."""
    assert _facts(_reply(said), "красный велосипед", "живу в Уфе 3 года") == [expected]


@pytest.mark.parametrize("said", [("я", "город", "Москва", 1), ("я", "город", "", 1), ("Незнакомец", "город", "Уфа", 1)])
def test_what_nobody_said_is_dropped(said):
    """A value that no turn shares a word with, an empty one, and somebody of whom the dialogue does not say who it is."""
    assert _facts(_reply(said), "живу в Уфе") == []


def test_long_sessions_and_turns_are_cut():
    """At most SESSION_CHARS of a session and TURN_CHARS of a turn go into a prompt; pasted texts and empty turns do not."""
    turns = [Turn(i, 0, "user", "слово " * 60) for i in range(20)] + [Turn(20, 0, "user", " ")]
    model = _Model(_reply())
    ModelExtractor(list).book("d", turns, model)
    assert [len(text) for text in model.batches[0][0]] == [360] * (SESSION_CHARS // 360)
    ModelExtractor(list).book("d", [Turn(0, 0, "user", "а" * 500)], model)
    assert [len(text) for text in model.batches[1][0]] == [TURN_CHARS]
