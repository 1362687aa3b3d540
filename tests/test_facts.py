"""FactBook: validity, consolidation, forgetting, people."""

from __future__ import annotations

import json

from submission.memory.facts import CURRENT, FORGOTTEN, RETRACTED, SUPERSEDED, Claim, FactBook
from submission.memory.people import Mention

ME = Mention()
BROTHER = Mention("брат", "Костя")


def _book(*claims: Claim) -> FactBook:
    book = FactBook()
    book.add(claims)
    return book


def _says(attribute: str, value: str, turn: int, kind: str = "assert", who: Mention = ME, session: int = 0, old: str = "") -> Claim:
    return Claim(who, attribute, value, turn, kind, session, f"turn {turn}", 0.8, old)


def test_latest_value_wins_and_keeps_the_link():
    """A single-valued attribute keeps its latest value current and names the fact it superseded."""
    book = _book(_says("city", "Омск", 0), _says("city", "Казань", 4))
    old, new = book.query("user", "city")
    assert (old.status, old.valid_from, old.valid_to) == (SUPERSEDED, 0, 4)
    assert (new.status, new.valid_to, new.supersedes) == (CURRENT, None, old.id)
    assert [f.value for f in book.before("user", "city")] == ["Омск"]


def test_as_of_gives_what_held_at_a_turn():
    """Validity is half open: the old value holds up to the turn before the new one."""
    book = _book(_says("city", "Омск", 0), _says("city", "Казань", 4))
    assert [[f.value for f in book.query(attribute="city", as_of=t)] for t in (0, 3, 4)] == [["Омск"], ["Омск"], ["Казань"]]


def test_many_valued_attributes_accumulate():
    """Allergies do not replace one another."""
    book = _book(_says("allergy", "орехи", 0), _says("allergy", "пыльца", 2))
    assert [f.value for f in book.current("user", "allergy")] == ["орехи", "пыльца"]


def test_repeated_mentions_merge_with_all_sources():
    """The same value said twice is one fact with both turns and more confidence: 1 - 0.2 * 0.2 = 0.96."""
    [fact] = _book(_says("allergy", "кошки", 0), _says("allergy", "на кошек", 6)).query("user", "allergy")
    assert fact.turns == (0, 6)
    assert round(fact.confidence, 6) == 0.96


def test_negation_is_another_value():
    """«курит» and «не курит» share a word and are not the same."""
    book = _book(_says("smoking", "курит", 0), _says("smoking", "не курит", 2), _says("smoking", "курит", 4))
    assert [(f.value, f.status) for f in book] == [("курит", SUPERSEDED), ("не курит", SUPERSEDED), ("курит", CURRENT)]


def test_retraction_ends_a_fact_that_stays_answerable():
    """After «больше не работаю» there is no job, and there was one before."""
    book = _book(_says("job", "кассир", 0), _says("job", "", 2, "retract"))
    assert book.current("user", "job") == []
    assert [(f.value, f.status, f.valid_to) for f in book.before("user", "job")] == [("кассир", RETRACTED, 2)]


def test_correction_replaces_within_the_session_and_was_never_true():
    """«не 12, а 14» changes the fact said just before; the slip is not what held before."""
    book = _book(_says("age", "12", 0), _says("", "14", 2, "correct", old="12"))
    assert [f.value for f in book.current("user", "age")] == ["14"]
    assert book.before("user", "age") == []


def test_correction_does_not_reach_another_session():
    """A number of another session is not what is being corrected."""
    book = _book(_says("age", "40", 0, session=0), _says("", "45", 2, "correct", session=1, old="40"))
    assert [f.value for f in book.current("user", "age")] == ["40"]


def test_forgetting_drops_sources_and_restores_what_was_superseded():
    """Forgetting the newer city makes the older one current; no text of it is left in the export."""
    book = _book(_says("city", "Омск", 0), _says("city", "Казань", 4))
    assert book.forget([4]) == 1
    assert [f.value for f in book.current("user", "city")] == ["Омск"]
    assert [f.status for f in book] == [CURRENT, FORGOTTEN]
    assert "Казань" not in json.dumps(book.export(), ensure_ascii=False)


def test_forgetting_one_of_two_sources_keeps_the_fact():
    """A fact said twice survives the loss of one source."""
    book = _book(_says("allergy", "кошки", 0), _says("allergy", "кошки", 6))
    assert book.forget([0]) == 0
    assert [f.turns for f in book.current("user", "allergy")] == [(6,)]


def test_forgetting_nothing_changes_nothing():
    """Turns without facts can be forgotten."""
    book = _book(_says("city", "Омск", 0))
    before = book.export()
    assert book.forget([7, 8]) == 0
    assert book.export() == before


def test_a_relatives_fact_is_not_the_users():
    """Facts of people live under their own key."""
    book = _book(_says("relation", "", 0, who=BROTHER), _says("city", "Уфа", 0, who=BROTHER))
    assert book.query("user") == []
    assert [f.value for f in book.current("брат", "city")] == ["Уфа"]


def test_two_brothers_are_two_people():
    """Another name in the same role is another person."""
    book = _book(_says("city", "Уфа", 0, who=BROTHER), _says("city", "Сочи", 2, who=Mention("брат", "Миша")))
    assert [f.value for f in book.current("брат", "city")] == ["Уфа"]
    assert [f.value for f in book.current("брат#2", "city")] == ["Сочи"]


def test_a_name_learned_later_names_the_relation():
    """«кот» becomes «кот Прохор» in the relation, too; short and full name are one."""
    book = _book(_says("relation", "", 0, who=Mention("кот")), _says("name", "Прохор", 2, who=Mention("кот", "Прохор")))
    assert [f.value for f in book.current("кот", "relation")] == ["кот Прохор"]
    book.add([_says("name", "Света", 4, who=Mention("жена", "Света")), _says("name", "Светлана", 5, who=Mention("жена", "Светлана"))])
    assert [f.value for f in book.current("жена", "name")] == ["Светлана"]


def test_an_unknown_name_is_nobody():
    """A claim about a name that nobody bears is dropped."""
    assert len(_book(_says("city", "Орёл", 0, who=Mention(None, "Марина")))) == 0


def test_queries_by_tag_and_status():
    """Tags come with the attribute."""
    book = _book(_says("job", "повар", 0), _says("allergy", "орехи", 1), _says("job", "врач", 2))
    assert [f.value for f in book.query(tag="work", status=CURRENT)] == ["врач"]
    assert [f.value for f in book.query(tag="health")] == ["орехи"]


def test_export_is_json():
    """The export holds people and facts as plain values."""
    export = json.loads(json.dumps(_book(_says("relation", "", 0, who=BROTHER)).export()))
    assert export["people"][0]["name"] == "Костя"
    assert export["facts"][0]["turns"] == [0]
