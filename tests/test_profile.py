"""Topic tags and the user's vector profile."""

from __future__ import annotations

import numpy as np

from submission.memory.profile import TopicTagger, UserProfile
from submission.recall.encoders import WordVectorEncoder


def test_tags_name_what_a_turn_is_about():
    """Everyday sentences get their topic; a text without words gets none."""
    tagger = TopicTagger(WordVectorEncoder())
    tags = tagger.tags(["у моей собаки болит лапа, везу к ветеринару", "как сварить борщ с мясом", "взяли ипотеку под 9 процентов в банке", "", "ok"])
    assert "pets" in tags[0]
    assert tags[1][0] == "food"
    assert tags[2][0] == "money"
    assert tags[3:] == [(), ()]


def test_boost_prefers_turns_of_the_questions_topic():
    """A question about animals lifts the turn about the cat, not the one about the bank."""
    tagger = TopicTagger(WordVectorEncoder())
    scores = tagger.scores(["у нас кошка и щенок", "взяли кредит в банке"])
    cat, bank = tagger.boost("какая у меня собака?", scores)
    assert cat > 0.5 > bank
    assert tagger.boost("ok", scores).tolist() == [0.0, 0.0]


def test_profile_grows_turn_by_turn_and_is_deterministic():
    """Two groups of turns give topics near both; the same turns in the same order give the same profile."""
    rng = np.random.default_rng(0)
    rows = np.repeat(np.eye(4, dtype=np.float32)[:2], 20, axis=0) + rng.normal(0, 0.01, (40, 4)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    profiles = [UserProfile(4, n_topics=2) for _ in range(2)]
    for profile in profiles:
        for start in range(0, 40, 5):
            profile.add(rows[start : start + 5])
    near, far = profiles[0].affinity(np.eye(4, dtype=np.float32)[[0, 3]])
    assert near > 0.9 > 0.1 > far
    assert profiles[0].topics.tolist() == profiles[1].topics.tolist()


def test_empty_profile_knows_nothing():
    """No turns: zero vector, zero affinity; zero rows add nothing."""
    profile = UserProfile(3)
    profile.add(np.zeros((5, 3), dtype=np.float32))
    assert profile.vector.tolist() == [0.0, 0.0, 0.0]
    assert profile.affinity(np.eye(3, dtype=np.float32)).tolist() == [0.0, 0.0, 0.0]
