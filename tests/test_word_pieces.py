"""Word pieces of English text."""

from __future__ import annotations

from submission.reading.word_pieces import WordPieces

PIECES = WordPieces(["[UNK]", "[CLS]", "[SEP]", "weld", "##er", "##e", "##r", "cafe", "?", "1"])


def test_longest_piece_first():
    assert (3, 4) == PIECES.ids("Welder")
    assert (3, 4, 5) == PIECES.ids("weldere")


def test_signs_numbers_and_accents():
    assert (7, 8, 9, 9) == PIECES.ids("Café? 1 1")


def test_a_word_without_pieces_is_one_unknown():
    assert (0, 3) == PIECES.ids("welding weld")
    assert (0,) == PIECES.ids("weld" + "e" * 97)
    assert () == PIECES.ids("  ")


def test_marks():
    assert (1, 2) == (PIECES.start, PIECES.separator)
