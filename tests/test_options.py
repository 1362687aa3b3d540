"""Options: what an assistant offered and which of it the user took."""

from __future__ import annotations

import pytest

from submission.reading.options import chosen_option, offered

LIST = "Вот варианты:\n\n1. **Каре** — удобно\n   - до подбородка\n2. **Каскад** — объём\n3. **Пикси** — коротко"
LINE = "Первый: Болонья, аркады и еда. Второй: Турин, музеи. Третий: Лечче, барокко."
SENTENCE = "Можно термос с гравировкой, аудиокнигу для смен или вечер на природе. Термос переживёт всё."


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (LIST, ["Каре — удобно", "Каскад — объём", "Пикси — коротко"]),
        ("- чай\n- кофе", ["чай", "кофе"]),
        (LINE, ["Болонья, аркады и еда", "Турин, музеи", "Лечче, барокко"]),
        (SENTENCE, ["термос с гравировкой", "аудиокнигу для смен", "вечер на природе"]),
        ("Рассмотрите три типа: книжка, трансформер и модульная.", ["книжка", "трансформер", "модульная"]),
        ("Варианты: «Ветер», «Рейс», «Пояс».", ["«Ветер»", "«Рейс»", "«Пояс»"]),
        ("Подойдут Клякса, Вьюга или Домино: все три легко произнести.", ["Клякса", "Вьюга", "Домино"]),
        ("You could try tea, coffee or cocoa.", ["tea", "coffee", "cocoa"]),
        ("Замочите на час, затем сполосните.", []),
        ("Есть  чай,  кофе   или\u00a0какао", ["чай", "кофе", "какао"]),
        ("", []),
    ],
)
def test_offers_are_read_from_lists_lines_and_sentences(reply, expected):
    """Numbered lines hide their sub-points; an introduction and what follows the last option are no options."""
    assert expected == offered(reply)


@pytest.mark.parametrize(
    ("reply", "said", "expected"),
    [
        (LIST, "второй, спасибо!", "Каскад — объём"),
        (LIST, "беру последний", "Пикси — коротко"),
        (LIST, "возьму тот что посередине", "Каскад — объём"),
        (LIST, "Остановилась на пикси, решено", "Пикси — коротко"),
        (LINE, "третий, конечно, Паола оттуда", "Лечче, барокко"),
        (SENTENCE, "закажу аудиокнигу", "аудиокнигу для смен"),
        (SENTENCE, "а чем почистить термос?", None),
        (LIST, "первый раз слышу про такие стрижки, расскажи подробнее", None),
        (LIST, "первое " + "и еще про погоду " * 10, None),
        (LIST, "не первый, а третий", "Пикси — коротко"),
        (LIST, "первый не подходит, а вот второй беру", "Каскад — объём"),
        (LIST, "спасибо, последнее не хочу", None),
        (LIST, "а сколько стоит первый?", None),
        (LIST, "расскажи про второй подробнее", None),
        (LIST, "была там во второй раз", None),
        (LIST, "борщ на 2 литра", None),
        (LIST, "я иду 2 августа", None),
        (LIST, "3", "Пикси — коротко"),
        (LIST, "вариант два нравится", "Каскад — объём"),
        (LIST, "Пикси!", "Пикси — коротко"),
        (LIST, "заказала второй пусть муж не ворчит", "Каскад — объём"),
        ("Замочите на час.", "беру второй", None),
    ],
)
def test_a_pick_is_by_place_or_by_name(reply, said, expected):
    """Only short turns pick; a name counts where the turn decides or says nothing else; what is denied, asked about or
    counted is no pick."""
    assert expected == chosen_option(said, reply, "")


def test_the_next_reply_tells_what_was_taken():
    """An option that the next reply repeats, or its own statement of the choice; praise alone says nothing."""
    assert "Каскад — объём" == chosen_option("да, беру", LIST, "Каскад отлично ляжет на ваши волосы.")
    assert "Тогда решено: выходные в глэмпинге у озера." == chosen_option("беру!", "", "Отлично! Тогда решено: выходные в глэмпинге у озера.")
    assert chosen_option("беру!", "", "Разумно. Крепите его четырьмя болтами.") is None
