"""The attribute corpus and its loader."""

from __future__ import annotations

import pytest
from conftest import ROOT

from eval.attributes import Message, load_attributes
from eval.errors import UserError

BLOCK = "# dog: dog's name\n? What's my dog called?\n+ walked [Rex] at noon\n- a dog barks all night\n~ dog puppy\n"


@pytest.fixture
def corpus(tmp_path):
    """Writes texts to numbered files and loads them."""

    def load(*texts):
        paths = [tmp_path / f"{number}.txt" for number in range(len(texts))]
        for path, text in zip(paths, texts):
            path.write_text(text, encoding="utf-8")
        return load_attributes(paths)

    return load


def test_a_block_is_an_attribute(corpus):
    """The brackets are taken out of the message and kept as a place in it."""
    (dog,) = corpus(BLOCK)
    assert ("dog", "dog's name", False, ("What's my dog called?",), ("a dog barks all night",), ("dog", "puppy")) == (*dog[:4], *dog[5:])
    assert (Message("walked Rex at noon", 7, 10),) == dog.messages


def test_blocks_of_one_id_are_joined(corpus):
    """A second writer's block of the same attribute adds to the first."""
    (dog,) = corpus(BLOCK, BLOCK.replace("Rex", "Fido"))
    assert ["walked Rex at noon", "walked Fido at noon"] == [m.text for m in dog.messages]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [("+ no answer", "0.txt, line 2: .* not 0"), ("+ [two] [answers]", "0.txt, line 2: .* not 2"), ("* a list", "0.txt, line 2: a line begins")],
)
def test_a_wrong_line_is_named(corpus, line, complaint):
    """File and line stand in the error."""
    with pytest.raises(UserError, match=complaint):
        corpus(f"# dog: dog's name\n{line}\n")


def test_a_line_before_any_head_is_named(corpus):
    """There is no attribute that it could belong to."""
    with pytest.raises(UserError, match="0.txt, line 1"):
        corpus("? What's my dog called?\n")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_attribute_can_be_trained_on(language):
    """Each has a question, a message and words."""
    for attribute in load_attributes(sorted((ROOT / "data" / "attributes" / language).glob("*.txt"))):
        assert attribute.questions, attribute.id
        assert attribute.messages, attribute.id
        assert attribute.words, attribute.id


def test_the_card_counts_them():
    """data/README.md says how many there are."""
    card = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for language in ("ru", "en"):
        found = load_attributes(sorted((ROOT / "data" / "attributes" / language).glob("*.txt")))
        parts = [[part for a in found for part in getattr(a, kind)] for kind in ("questions", "messages", "near_misses", "words")]
        counts = map(len, (found, *parts))
        assert f"| {language} | {' | '.join(map(str, counts))} |" in card
