"""eval.stats: intervals and paired tests, checked against scipy and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from eval.stats import BETTER, TIE, WORSE, clustered_error, compare_paired, correct_holm, holm, mcnemar, minimum_detectable, paired_power, wilson


@pytest.mark.parametrize(("successes", "n"), [(0, 1), (0, 12), (3, 7), (12, 12), (217, 300)])
def test_wilson_is_scipys(successes, n):
    """The same interval as scipy.stats.binomtest(...).proportion_ci."""
    expected = scipy_stats.binomtest(successes, n).proportion_ci(method="wilson")
    found = wilson(successes, n)
    assert (pytest.approx(expected.low, abs=1e-12), pytest.approx(expected.high, abs=1e-12)) == (found.low, found.high)


def test_wilson_of_nothing():
    """No trials, no share."""
    assert (None, None, None, 0) == wilson(0, 0)


def test_mcnemar_is_the_exact_sign_test():
    """5 against 1: 2 * (C(6,0) + C(6,1)) / 2^6 = 14 / 64; nothing discordant says nothing."""
    assert pytest.approx(14 / 64) == mcnemar(5, 1) == mcnemar(1, 5)
    assert 1.0 == mcnemar(0, 0) == mcnemar(4, 4)
    for only_a, only_b in ((0, 5), (12, 31), (40, 44)):
        assert pytest.approx(scipy_stats.binomtest(only_a, only_a + only_b).pvalue, abs=1e-12) == mcnemar(only_a, only_b)


def test_holm_by_hand():
    """0.01 * 4, then 0.02 * 3, then 0.03 * 2 raised to the one before, then 0.9; in the order given."""
    assert pytest.approx([0.06, 0.04, 0.9, 0.06]) == holm([0.03, 0.01, 0.9, 0.02])
    assert [] == holm([])
    assert [1.0, 1.0] == holm([0.7, 0.6])


def test_the_clustered_error_is_that_of_cluster_means():
    """With clusters of one size it is the standard error of their means."""
    random = np.random.default_rng(3)
    difference, labels = random.normal(size=240), np.repeat(np.arange(24), 10)
    means = difference.reshape(24, 10).mean(axis=1)
    assert pytest.approx(scipy_stats.sem(means), rel=0.02) == clustered_error(difference, labels, seed=0, resamples=10_000)


def test_the_bootstrap_agrees_with_scipys():
    """One question a cluster: scipy.stats.bootstrap's standard error, but for the factor for few clusters."""
    random = np.random.default_rng(4)
    difference = random.integers(-1, 2, size=80).astype(float)
    theirs = scipy_stats.bootstrap((difference,), np.mean, n_resamples=10_000, rng=np.random.default_rng(0)).standard_error
    assert pytest.approx(theirs * np.sqrt(80 / 79), rel=0.02) == clustered_error(difference, np.arange(80), seed=0, resamples=10_000)


def test_a_clear_difference_and_its_mirror():
    """B right on 18 of 40 questions more than A, evenly over 4 dialogues: better; the other way round worse."""
    a, b = [False] * 20 + [True] * 20, [True] * 18 + [False] * 2 + [True] * 20
    dialogues = [index % 4 for index in range(40)]
    found = compare_paired(a, b, dialogues)
    assert (0.45, BETTER, 0, 18, 4) == (found.difference, found.verdict, found.only_a, found.only_b, found.clusters)
    assert found.low <= 0.45 <= found.high
    mirrored = compare_paired(b, a, dialogues)
    assert (-0.45, WORSE) == (mirrored.difference, mirrored.verdict)
    assert pytest.approx((-found.high, -found.low)) == (mirrored.low, mirrored.high)


def test_equal_runs_tie():
    """Not one question differs: difference 0, interval of no width, p = 1."""
    found = compare_paired([True, False] * 10, [True, False] * 10, list("abcde" * 4))
    assert (0.0, 0.0, 0.0, 1.0, TIE) == (found.difference, found.low, found.high, found.p, found.verdict)


def test_one_lucky_question_a_dialogue_is_no_proof():
    """Equal differences in all dialogues have no spread, so that the bootstrap is sure; exact McNemar is not."""
    found = compare_paired([False] * 12, [True, False, False, False] * 3, [0] * 4 + [1] * 4 + [2] * 4)
    assert (0.0, 0.25, TIE) == (found.p_clustered, found.p_mcnemar, found.verdict)


def test_a_single_dialogue_is_compared_by_question():
    """There is nothing to redraw but the questions."""
    assert 8 == compare_paired([True] * 8, [False] * 8, ["one"] * 8).clusters
    lonely = compare_paired([True], [False], ["one"])
    assert (TIE, 1.0) == (lonely.verdict, lonely.p)


def test_the_same_seed_gives_the_same_interval():
    """The bootstrap is seeded."""
    a, b, dialogues = [True, False, True, False] * 20, [False, True, True, True] * 20, [index // 9 for index in range(80)]
    assert compare_paired(a, b, dialogues, seed=5) == compare_paired(a, b, dialogues, seed=5)
    assert compare_paired(a, b, dialogues, seed=5) != compare_paired(a, b, dialogues, seed=6)


@pytest.mark.parametrize("arguments", [([], [], []), ([True], [True, False], [1, 1])])
def test_what_cannot_be_compared_is_refused(arguments):
    """No questions, or lists of different lengths."""
    with pytest.raises(ValueError, match="no questions|one length"):
        compare_paired(*arguments)


def test_holm_changes_verdicts():
    """p = 0.03 alone is a finding, beside another of 0.03 it is none."""
    one = compare_paired([False] * 30, [True] * 9 + [False] * 21, [index % 10 for index in range(30)])._replace(p=0.03)
    assert [BETTER] == [c.verdict for c in correct_holm([one])]
    assert [TIE, TIE] == [c.verdict for c in correct_holm([one, one])]


def simulate(*, difference, discordance, spread, dialogues=12, n=300, runs=1000, seed=1):
    """Share of `runs` comparisons with a verdict other than tie.

    `discordance` of the questions are decided differently; `spread` is the standard deviation of what a dialogue adds to
    the difference by chance, so that its questions go together.
    """
    random = np.random.default_rng(seed)
    found = 0
    for _ in range(runs):
        labels = np.sort(random.integers(0, dialogues, n))
        shift = random.normal(0, spread, dialogues)[labels] if spread else 0.0
        draw, right = random.random(n), random.random(n) < 0.6
        only_b = draw < (discordance + difference + shift) / 2
        only_a = ~only_b & (draw > 1 - (discordance - difference - shift) / 2)
        a, b = only_a | (right & ~only_b), only_b | (right & ~only_a)
        found += compare_paired(a.tolist(), b.tolist(), labels.tolist(), resamples=1000).verdict != TIE
    return found / runs


@pytest.mark.parametrize(("dialogues", "spread"), [(12, 0.0), (12, 0.12), (7, 0.12)])
def test_runs_that_differ_by_chance_tie(dialogues, spread):
    """At most 6 % of 1,000 comparisons find what is not there, also where questions of a dialogue go together."""
    assert simulate(difference=0.0, discordance=0.25, spread=spread, dialogues=dialogues) <= 0.06


@pytest.mark.parametrize("discordance", [0.2, 0.3])
def test_a_true_difference_of_ten_points_is_found_as_often_as_claimed(discordance):
    """n = 300 in 12 dialogues: the simulated power is the formula's within 3 points (discordance 0.2 and 0.3 assumed)."""
    claimed = paired_power(0.10, 300, discordance, 12)
    assert pytest.approx(claimed, abs=0.03) == simulate(difference=0.10, discordance=discordance, spread=0.0)


def test_the_detectable_difference_is_found_with_a_probability_of_80_percent():
    """minimum_detectable and paired_power are one formula; more questions detect less."""
    smallest = minimum_detectable(300, 0.3, 12)
    assert pytest.approx(0.8, abs=0.005) == paired_power(smallest, 300, 0.3, 12)
    assert pytest.approx(smallest, abs=0.0001) == 0.0990
    assert minimum_detectable(1200, 0.3, 12) < smallest
    # many units have nearly normal quantiles: d = 1 / 300 + (1.96 + 0.84) * sqrt((0.3 - d^2) / 300) holds for d = 0.0907
    assert pytest.approx(0.0907, abs=0.0005) == minimum_detectable(300, 0.3)
