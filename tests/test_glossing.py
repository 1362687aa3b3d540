"""Russian read word by word in English."""

from __future__ import annotations

import pytest

from submission.reading.glossing import Glossing, transliterated

GLOSSES = {
    "работать": "work", "сварщик": "welder", "купить": "buy", "брат": "brother", "велосипед": "bicycle", "я": "i", "за": "for", "мой": "my",
    "весь": "all", "день": "day", "сосед": "neighbor", "посоветовать": "recommend", "дешевый": "cheap", "кресло": "armchair", "кровать": "bed",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("работал сварщиком", "did work as welder"),
        ("Я работаю, работаем весь день", "i work we work all day"),  # «я» is said once
        ("куплю брату велосипед за 1,5", "i will buy to brother bicycle for 1 5"),
        ("велосипед брата", "bicycle of brother"),
        ("за моим соседом", "for my neighbor"),  # the case is told by what stands before
        ("посоветуй велосипед?", "please recommend bicycle ?"),
        ("дешевле", "more cheap"),
        ("кресло-кровать", "armchair bed"),
        ("Глебу и Глеб", "to gleb i gleb"),  # a name keeps its letters in every case; «и» has no gloss here
        ("my brother's bike", "my brother s bike"),
        ("", ""),
    ],
)
def test_endings_and_glosses(text, english):
    assert english == Glossing(GLOSSES).english(text)


def test_letters():
    assert "schuka" == transliterated("щука")
    assert "zhenya" == transliterated("женя")
