"""submission.recall.fusion: the weights that ship."""

from __future__ import annotations

import json

import numpy as np
import pytest

from submission.recall.features import NAMES
from submission.recall.fusion import FUSION, shipped_weights

PROFILES = json.loads(FUSION.read_text(encoding="utf-8"))["profiles"]


@pytest.mark.parametrize("profile", PROFILES)
def test_weights_stand_in_the_order_of_the_features(profile):
    """Every weight that is stored has its feature, and comes where that feature's column is."""
    stored = PROFILES[profile]["weights"]
    assert set(stored) <= set(NAMES)
    assert [stored.get(name, 0.0) for name in NAMES] == pytest.approx(shipped_weights(profile).tolist())
    assert np.isfinite(shipped_weights(profile)).all()


@pytest.mark.parametrize("profile", PROFILES)
def test_weights_say_where_they_come_from(profile):
    """Data, penalty and what they reach on dialogues that they did not see."""
    assert {"fitted_on", "penalty", "leave_one_dialogue_out"} <= set(PROFILES[profile])


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_language_has_weights_for_any_encoder(language):
    """Those of the built-in encoder where none were fitted for an own one."""
    own = f"{language}_encoder"
    assert shipped_weights(own if own in PROFILES else language).tolist() == shipped_weights(own).tolist()


def test_an_unknown_profile_lists_the_known_ones():
    """A typing mistake."""
    with pytest.raises(ValueError, match="no profile 'fr'; it has: .*ru"):
        shipped_weights("fr")
