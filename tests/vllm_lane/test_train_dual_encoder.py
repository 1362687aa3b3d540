"""Training of the dual encoder: here, as this lane's environment has torch."""

from __future__ import annotations

import numpy as np
import pytest

from eval.attributes import load_attributes

CORPUS = """# dog: кличка собаки
? Как зовут мою собаку?
? Кличка моего пса?
+ наш [Рекс] погрыз тапок
+ выгуляла [Жучку], замерзла
- чем кормить щенка
~ щенок лапа ошейник

# work: работа
? Кем я тружусь?
? Чем я зарабатываю?
+ весь день [варю суп] в столовой
+ стою [у станка] на заводе
- как уволиться
~ смена зарплата начальник
"""


@pytest.fixture
def encoder(tmp_path):
    """Two members after 30 steps on two attributes, stored and read again."""
    torch = pytest.importorskip("torch")
    from eval.train_dual_encoder import Corpus, Vocabulary, store, trained
    from submission.recall.dual_encoder import load_dual_encoder

    (tmp_path / "tiny.txt").write_text(CORPUS, encoding="utf-8")
    attributes = load_attributes([tmp_path / "tiny.txt"])
    vocabulary = Vocabulary([t for a in attributes for t in (*a.questions, *(m.text for m in a.messages), *a.near_misses, *a.words)])
    torch.set_num_threads(1)
    members = [trained(Corpus(attributes, [], vocabulary), vocabulary, seed, 30) for seed in (0, 1)]
    store(tmp_path / "encoder.npz", vocabulary, members, ["наш Рекс погрыз тапок"])
    return load_dual_encoder(tmp_path / "encoder.npz")


def test_what_was_trained_is_found(encoder):
    """Each question is nearest to the messages of its attribute, and the stored rows are of unit length."""
    messages = encoder.messages(["наш Рекс погрыз тапок", "выгуляла Жучку, замерзла", "весь день варю суп в столовой", "стою у станка на заводе"])
    cosines = encoder.questions(["Кличка моего пса?", "Чем я зарабатываю?"]) @ messages.T
    assert cosines[0, :2].min() > cosines[0, 2:].max()
    assert cosines[1, 2:].min() > cosines[1, :2].max()
    np.testing.assert_allclose(np.linalg.norm(messages, axis=1), 1.0, atol=1e-5)


def test_the_cohort_is_stored(encoder):
    """Its one message, rounded."""
    question = "Кличка моего пса?"
    expected = (encoder.questions([question]) @ encoder.messages(["наш Рекс погрыз тапок"]).T).item()
    assert expected == pytest.approx(encoder.cohort_match(question), abs=0.02)


@pytest.mark.parametrize("fold", ["2/2", "0", "a/b", "-1/2"])
def test_a_fold_that_leaves_nothing_out_is_refused(fold, capsys):
    """Before anything is trained; the message shows the form."""
    pytest.importorskip("torch")
    from eval.train_dual_encoder import main

    with pytest.raises(SystemExit):
        main(["--out", "encoder.npz", f"--fold={fold}"])
    assert "expected K/N with K from 0 to N - 1" in capsys.readouterr().err
