"""Statistics of proportions and of paired differences between two systems."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import special, stats

Z_95 = 1.959963984540054
LEVEL = 0.05
POWER = 0.8
RESAMPLES = 10_000

BETTER, WORSE, TIE = "better", "worse", "tie"


class Proportion(NamedTuple):
    """A share with its 95 % Wilson interval and the number of trials."""

    value: float | None
    low: float | None
    high: float | None
    n: int


class Comparison(NamedTuple):
    """B against A on the same questions; shares and differences lie between -1 and 1.

    `low` and `high` are the 95 % interval of `difference` (B minus A) with dialogues as the unit, `p_clustered` its
    p-value; `only_a` and `only_b` count the questions that one of the two alone got right, `p_mcnemar` is their exact
    test; `p` is the larger of both, after Holm's correction where several comparisons were made.  `detectable` is the
    smallest true difference that this comparison would have found with a probability of 0.8;
    None where the differences have no spread to tell it from.
    """

    n: int
    clusters: int
    a: Proportion
    b: Proportion
    difference: float
    low: float
    high: float
    p_clustered: float
    only_a: int
    only_b: int
    p_mcnemar: float
    p: float
    detectable: float | None
    verdict: str


def wilson(successes: int, n: int, z: float = Z_95) -> Proportion:
    """Wilson score interval (Wilson 1927); all None for n = 0."""
    if n == 0:
        return Proportion(None, None, None, 0)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Proportion(share, max(0.0, centre - half), min(1.0, centre + half), n)


def compare_paired(
    a: Sequence[bool], b: Sequence[bool], clusters: Sequence[Hashable], *, level: float = LEVEL, seed: int = 0, resamples: int = RESAMPLES
) -> Comparison:
    """Compare two systems' verdicts, one place a question; `clusters` names the dialogue of each question.

    The verdict is better or worse when both the clustered bootstrap and exact McNemar say so at `level`: the first sees
    that questions of one dialogue go together, the second stays exact when few questions are decided differently.
    With a single dialogue the questions themselves are the unit.  Raises ValueError on no questions or unequal lengths.
    """
    if not (len(a) == len(b) == len(clusters)):
        raise ValueError(f"a, b and clusters must have one length, not {len(a)}, {len(b)} and {len(clusters)}")
    if not a:
        raise ValueError("nothing to compare: no questions")
    names = {name: index for index, name in enumerate(dict.fromkeys(clusters))}
    labels = np.array([names[name] for name in clusters]) if len(names) > 1 else np.arange(len(a))
    right_a, right_b = np.asarray(a, bool), np.asarray(b, bool)
    difference = right_b.astype(float) - right_a
    error = clustered_error(difference, labels, seed=seed, resamples=resamples)
    mean, freedom = float(difference.mean()), int(labels.max())
    reach = _quantile(1 - level / 2, freedom)
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    p_clustered, p_mcnemar = _t_test(mean, error, freedom), mcnemar(only_a, only_b)
    p = max(p_clustered, p_mcnemar)
    return Comparison(
        n=len(a),
        clusters=freedom + 1,
        a=wilson(int(right_a.sum()), len(a)),
        b=wilson(int(right_b.sum()), len(a)),
        difference=mean,
        low=max(-1.0, mean - reach * error) if error else mean,
        high=min(1.0, mean + reach * error) if error else mean,
        p_clustered=p_clustered,
        only_a=only_a,
        only_b=only_b,
        p_mcnemar=p_mcnemar,
        p=p,
        detectable=min(1.0, _multiplier(freedom, level, POWER) * error + 1 / len(a)) if error else None,
        verdict=_verdict(mean, p, level),
    )


def correct_holm(comparisons: Sequence[Comparison], *, level: float = LEVEL) -> list[Comparison]:
    """The comparisons with p-values and verdicts after Holm's correction over all of them."""
    return [c._replace(p=p, verdict=_verdict(c.difference, p, level)) for c, p in zip(comparisons, holm([c.p for c in comparisons]))]


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values in the order given (Holm 1979)."""
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def mcnemar(only_a: int, only_b: int) -> float:
    """Two-sided exact p-value of McNemar's test from the two discordant counts; 1 when both are 0."""
    return min(1.0, 2 * float(special.bdtr(min(only_a, only_b), only_a + only_b, 0.5)))


def clustered_error(difference: np.ndarray, labels: np.ndarray, *, seed: int, resamples: int) -> float:
    """Bootstrap standard error of the mean of `difference` (n,) when whole clusters 0..G-1 in `labels` (n,) are redrawn.

    Times sqrt(G / (G - 1)), as redrawing G of G underestimates; used with t quantiles of G - 1 degrees of freedom, since
    plain percentiles are too narrow for few clusters (Cameron, Gelbach and Miller 2008).  0 for one cluster.
    """
    sizes = np.bincount(labels)
    if len(sizes) < 2:
        return 0.0
    weights = _weights(len(sizes), seed, resamples)
    means = (weights @ np.bincount(labels, weights=difference)) / (weights @ sizes)
    # rounded: equal means differ in the last bits, and an error of 1e-17 would make any difference certain
    return round(float(means.std()) * math.sqrt(len(sizes) / (len(sizes) - 1)), 12)


def minimum_detectable(n: int, discordance: float, clusters: int | None = None, *, level: float = LEVEL, power: float = POWER) -> float:
    """Smallest true difference in accuracy that n paired questions show with probability `power`.

    `discordance` is the share of questions that exactly one of the systems gets right: assumed when planning, and it
    must be at least the result.  Questions of one dialogue are taken as independent; where they are not, divide n by
    the design effect.  From d - 1/n = m * sqrt((discordance - d^2) / n), m the sum of the t quantiles of level and power
    at `clusters` - 1 degrees of freedom (Bloom 1995) and 1/n what the exact test costs (Edwards's continuity
    correction); `clusters` defaults to n.
    """
    multiplier = _multiplier((clusters or n) - 1, level, power)
    # the larger root of (n + m^2) d^2 - 2 d + 1/n - m^2 discordance = 0
    square = multiplier**2
    return (1 + math.sqrt(1 - (n + square) * (1 / n - square * discordance))) / (n + square)


def paired_power(difference: float, n: int, discordance: float, clusters: int | None = None, *, level: float = LEVEL) -> float:
    """Probability that n paired questions show a true `difference`, under the assumptions of `minimum_detectable`."""
    freedom = (clusters or n) - 1
    error = math.sqrt((discordance - difference**2) / n)
    return float(stats.nct.sf(_quantile(1 - level / 2, freedom), freedom, max(0.0, abs(difference) - 1 / n) / error))


@lru_cache(maxsize=16)
def _weights(clusters: int, seed: int, resamples: int) -> np.ndarray:
    """(resamples, clusters) float32: how often each cluster is drawn."""
    draw = np.random.default_rng(seed).multinomial(clusters, np.full(clusters, 1 / clusters), size=resamples)
    return draw.astype(np.float32)


def _multiplier(freedom: int, level: float, power: float) -> float:
    return _quantile(1 - level / 2, freedom) + _quantile(power, freedom)


def _quantile(share: float, freedom: int) -> float:
    """Of Student's t; infinite without a degree of freedom."""
    return float(special.stdtrit(freedom, share)) if freedom else math.inf


def _t_test(mean: float, error: float, freedom: int) -> float:
    if mean == 0 or freedom < 1:
        return 1.0
    return float(2 * special.stdtr(freedom, -abs(mean) / error)) if error else 0.0


def _verdict(difference: float, p: float, level: float) -> str:
    if p > level or difference == 0:
        return TIE
    return BETTER if difference > 0 else WORSE
