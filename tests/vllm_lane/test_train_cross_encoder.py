"""Training of the cross-encoder: here, as this lane's environment has torch."""

from __future__ import annotations

import numpy as np
import pytest

from data.personas import Persona, Question, Quote, Session

ATTRIBUTES = """# dog: кличка собаки
? Как зовут мою собаку?
? Кличка моей собаки?
+ наша собака [Рекс]
+ гуляла, собаку зовут [Жучка]
- чем кормить собаку

# work: работа
? Кем я работаю?
? Где я работаю?
+ работаю [сварщиком]
+ моя работа: [повар]
- как найти работу
"""
GLOSSES = """гулять	walk
звать	call
кличка	name
кормить	feed
найти	find
повар	cook
работа	work
работать	work
сварщик	welder
собака	dog
"""
FUNCTION = "где\twhere\nи\tand\nкак\thow\nкто\twho\nмой\tmy\nнаш\tour\nчем\twhat\n"
WORDS = "walk call name feed find cook work welder dog where and how who my our what did i we as ? re ##ks zhuch ##ka cat".split()


@pytest.fixture
def folder(tmp_path):
    """A BERT model of random weights that knows the words of the glosses, and the glosses."""
    transformers, torch = pytest.importorskip("transformers"), pytest.importorskip("torch")
    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]), encoding="utf-8")
    torch.manual_seed(0)
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64, "vocab_size": 5 + len(WORDS)}
    transformers.BertModel(transformers.BertConfig(**shape)).save_pretrained(tmp_path)
    for name, text in (("ru.tsv", GLOSSES), ("ru_function.tsv", FUNCTION), ("tiny.txt", ATTRIBUTES)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_what_was_trained_answers_and_is_read_again(folder, monkeypatch):
    """After 60 fast steps the told value wins, a near miss is below the null option, and the stored file gives what torch gives."""
    import torch
    from transformers import BertModel

    from eval.attributes import load_attributes
    from eval.train_cross_encoder import OTHER, CrossModel, Texts, asked_of_attributes, store, train
    from submission.reading.cross_encoder import load_cross_encoder

    monkeypatch.setattr("eval.train_cross_encoder.RATE", 3e-3)
    texts = Texts(folder, folder)
    model = CrossModel(BertModel.from_pretrained(folder, add_pooling_layer=False), texts.start, texts.separator)
    train(model, list(asked_of_attributes(load_attributes([folder / "tiny.txt"]), texts.ids)), 60)
    store(folder / "cross.npz", model, texts)
    question, passages = "Кличка моей собаки?", [["гуляла", "собаку зовут Жучка"], ["чем кормить собаку"]]
    (_, told), (near,) = found = load_cross_encoder(folder / "cross.npz").scores(question, passages)
    assert told > 0 > near
    with torch.no_grad():
        logits = model([(texts.ids(question), [(texts.ids(clause), OTHER) for clause in passage]) for passage in passages])
    for numpy_scores, torch_scores in zip(found, logits):
        np.testing.assert_allclose(numpy_scores, torch_scores.numpy(), atol=0.1)  # 8 bits


def test_labels_of_a_vignette(folder):
    """What answers, what was true before, and the rest, by piece ids; a question that nothing answers has no passage that does."""
    from eval.train_cross_encoder import ANSWER, LEFT_OUT, OTHER, Texts, asked_of_vignette

    told = ("работаю поваром", "наша собака Рекс", "работаю сварщиком")
    turns = tuple(turn for text in told for turn in (("user", text), ("assistant", "Понятно.")))
    now = Question("q1", "Кем я работаю?", "info_updating", "", (Quote("s1", 4, "сварщиком"),), (), (), (Quote("s1", 0, "поваром"),))
    never = Question("q2", "Где я работаю?", "no_info", "", (), (), (), ())
    persona = Persona("p", "ru", "", (Session("s1", turns),), (), (now, never))
    texts = Texts(folder, folder)
    answered, unanswered = asked_of_vignette(persona, texts.ids)
    assert texts.ids("Кем я работаю?") == answered.question
    assert [[(texts.ids("работаю сварщиком"), ANSWER)]] == answered.answers
    assert {(texts.ids("работаю поваром"), LEFT_OUT), (texts.ids("наша собака Рекс"), OTHER)} == {c for passage in answered.close for c in passage}
    assert [] == unanswered.answers and 3 == len(unanswered.close)


def test_long_turns_become_several_passages():
    from eval.train_cross_encoder import OTHER, passages

    long, short = (tuple(range(60)), OTHER), (tuple(range(10)), OTHER)
    assert [[long, short], [long], [long]] == passages([long, short, ((), OTHER), long, long])
