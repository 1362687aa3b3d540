"""eval.benchmarks: protocols, metrics and rankers of the retrieval benchmarks."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from fakes import OrderMemory
from test_datasets_public import locomo_record, longmemeval_record, written

from eval.bench_command import fitted_on
from eval.bench_rankers import ControlRanker, SystemRanker, bm25_scorer, dense_scorer, plain_words, ranks, rrf_scorer, tfidf_scorer
from eval.bench_tasks import Document, Haystack, Query, Task, load_tasks
from eval.benchmarks import Found, Row, compare_with_first, describe, make_ranker, run_benchmarks, score, write_results
from eval.cli import main
from eval.embedding_cache import CachedEncoder
from eval.errors import UserError


class LetterEncoder:
    """Counts of the letters a and b; `asked` holds every text that was encoded."""

    dim = 2

    def __init__(self):
        self.asked = []

    def encode_passages(self, texts):
        self.asked += texts
        rows = np.asarray([[t.count("a"), t.count("b")] for t in texts], dtype=np.float32)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    encode_questions = encode_passages


def haystack(*texts, sessions=None, question="b", relevant=(0,)):
    numbers = sessions or range(1, len(texts) + 1)
    documents = tuple(Document(n, "user", text, None) for n, text in zip(numbers, texts))
    query = Query("q", question, "", frozenset(documents[i].session for i in relevant), frozenset(relevant))
    return Haystack("h", documents, 1, (query,))


def test_metrics_of_known_ranks():
    """Two questions: evidence at ranks 1 and 4 of three, and one never returned."""
    figures = score([(1, 4, None), (None,)], (1, 5), official=False)
    assert (0.5, 0.0, 1 / 6, 0.5) == tuple(figures[n] for n in ("recall_any@1", "recall_all@1", "recall_mean@1", "mrr"))
    assert (0.5, 0.0, 1 / 3) == tuple(figures[n] for n in ("recall_any@5", "recall_all@5", "recall_mean@5"))
    gain, ideal = 1 + 1 / math.log2(5), 1 + 1 / math.log2(3) + 1 / 2
    assert figures["ndcg@5"] == pytest.approx(gain / ideal / 2)


def test_official_dcg_does_not_discount_the_second_rank():
    """LongMemEval: rel_1 + sum of rel_i / log2(i), so that ranks 1 and 2 weigh the same."""
    assert [1.0, 1.0] == [score([(rank,)], (3,), official=True)["ndcg@3"] for rank in (1, 2)]
    assert score([(3,)], (3,), official=True)["ndcg@3"] == pytest.approx(1 / math.log2(3))


def test_official_longmemeval_relabels_and_skips(tmp_path):
    """Kept: a user-side target.  Left out: abstention, and a target that only the assistant said."""
    assistant_only = longmemeval_record("q2")
    assistant_only["haystack_sessions"][1][0]["has_answer"] = False
    assistant_only["haystack_sessions"][1][1]["has_answer"] = True
    path = written(tmp_path / "a.json", [longmemeval_record("q1"), assistant_only, longmemeval_record("q3_abs")])
    official, vendors = load_tasks(path)
    assert ({"abstention": 1, "no user-side target": 1}, 1) == (official.excluded, len(official.haystacks))
    assert (3, {}) == (len(vendors.haystacks), vendors.excluded)
    [kept] = official.haystacks
    assert ["I moved to Omsk", "hello"] == [d.text for d in kept.documents]  # user turns alone, in order of time
    assert (frozenset([1]), frozenset([0])) == (kept.queries[0].sessions, kept.queries[0].documents)
    assert (1, 3, 5, 10, 30, 50) == official.ks


def test_a_session_whose_label_only_the_assistant_bears_is_no_gold(tmp_path):
    """Of two labelled sessions the one without a marked user turn does not count officially."""
    record = longmemeval_record("q1")
    record["haystack_session_ids"][0] = "answer_2"
    official, vendors = load_tasks(written(tmp_path / "a.json", [record]))
    assert frozenset([1]) == official.haystacks[0].queries[0].sessions
    assert frozenset([1, 2]) == vendors.haystacks[0].queries[0].sessions


def test_locomo_text_holds_day_speaker_and_caption_with_and_without_category_five(tmp_path):
    """Both conventions are tasks of their own, and what is left out is counted."""
    record = locomo_record()
    record["qa"].append({"question": "Who cried?", "adversarial_answer": "Ann", "evidence": ["D1:2"], "category": 5})
    full, reduced = load_tasks(written(tmp_path / "a.json", [record]))
    assert "8 May 2023 Bob: Look! [image: a grey cat]" == full.haystacks[0].documents[1].text
    assert (3, 2) == (len(full.haystacks[0].queries), len(reduced.haystacks[0].queries))
    assert (1, 2) == (full.excluded["no evidence in the dialogue"], reduced.excluded["no_info"])


def test_a_system_is_ranked_by_its_hits_and_sessions_by_their_best_turn():
    """One message a write; the dialogue is cleared afterwards."""
    system = OrderMemory()
    [ranking] = SystemRanker(system).rank(haystack("x", "y", "z", sessions=[5, 7, 5]))
    assert ([0, 1, 2], [5, 7]) == (ranking.documents, ranking.sessions)
    assert [("write", "h", ["x"]), ("write", "h", ["y"]), ("write", "h", ["z"]), ("clear", "h", [])] == system.calls


@pytest.mark.parametrize("scorer", [bm25_scorer(plain_words), tfidf_scorer, dense_scorer(LetterEncoder())])
def test_controls_rank_the_matching_text_first(scorer):
    """Turn and session."""
    [ranking] = ControlRanker(scorer).rank(haystack("a", "b", "a a"))
    assert (1, 2) == (ranking.documents[0], ranking.sessions[0])


def test_dense_counts_a_session_as_its_best_turn():
    """A mean over turns would put session 1 last."""
    [ranking] = ControlRanker(dense_scorer(LetterEncoder())).rank(haystack("b", "a", "a", "a", "aab", "aab", sessions=[1, 1, 1, 1, 2, 2]))
    assert [1, 2] == ranking.sessions


def test_rrf_adds_reciprocal_ranks():
    """First in one and second in the other beats third and first."""
    assert [2.0, 1.0, 3.0] == ranks(np.array([0.5, 0.7, 0.1])).tolist()
    scored = rrf_scorer(bm25_scorer(plain_words), dense_scorer(LetterEncoder()))(haystack("a", "b b", "ab"))("b")
    assert scored.documents.tolist() == pytest.approx([1 / 62 + 1 / 63, 2 / 61, 1 / 63 + 1 / 62])


def test_an_unknown_ranker_lists_what_there_is():
    """Controls and systems."""
    with pytest.raises(UserError, match="controls: bm25.*systems: submission"):
        make_ranker("bm52", LetterEncoder())


def test_the_cache_encodes_each_text_once(tmp_path):
    """Also across instances; questions and passages are kept apart, names too."""
    encoder = LetterEncoder()
    cached = CachedEncoder(encoder, "one", tmp_path)
    first = cached.encode_passages(["a", "b", "a"])
    cached.close()
    again = CachedEncoder(encoder, "one", tmp_path)
    assert np.array_equal(first, again.encode_passages(["a", "b", "a"]))
    assert ["a", "b"] == encoder.asked
    again.encode_questions(["a"])
    other = CachedEncoder(encoder, "two", tmp_path)
    other.encode_passages(["a"])
    assert ["a", "b", "a", "a"] == encoder.asked
    again.close()
    other.close()


def test_a_run_writes_table_figures_and_ranks(tmp_path):
    """Each row has unit, n and figures; each question its ranks, so that runs can be compared in pairs."""
    tasks = load_tasks(written(tmp_path / "a.json", [locomo_record()]))
    rows = run_benchmarks(tasks[:1], ["bm25", "dense"], lambda task: LetterEncoder())
    text = write_results(rows, tmp_path / "out", {"encoder": "letters"})
    assert "| LoCoMo | session | bm25 | 2 | 1.000 |" in text
    assert "all five categories; 1 haystacks; left out: evidence that cannot be parsed 1" in text
    found = json.loads((tmp_path / "out" / "retrieval.json").read_text(encoding="utf-8"))
    assert [("session", "bm25", 2), ("turn", "bm25", 2), ("session", "dense", 2), ("turn", "dense", 2)] == [
        (r["unit"], r["system"], r["n"]) for r in found["rows"]
    ]
    assert {"single-hop", "temporal"} == set(found["rows"][0]["by_category"])
    questions = [json.loads(line) for line in (tmp_path / "out" / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (8, [1]) == (len(questions), questions[0]["ranks"])
    assert text == describe(rows, {"encoder": "letters"})


def test_the_first_system_is_compared_with_the_others_in_pairs():
    """Ten haystacks: found by the first alone in all of them, so it is better; against itself it ties."""
    task = Task("t", "", False, (5,), (), {})
    better = [Found(i, i, "", (1,)) for i in range(10)]
    worse = [Found(i, i, "", (6,)) for i in range(10)]
    compared = compare_with_first([Row(task, "turn", "a", better), Row(task, "turn", "b", worse), Row(task, "turn", "c", better)])
    assert [("b", 1.0, "better"), ("c", 0.0, "tie")] == [(row.system, c.difference, c.verdict) for row, c in compared]


def test_the_command_runs_on_russian_data_with_the_built_in_encoder(sample, tmp_path, capsys):
    """`python -m eval benchmarks`; a missing file is left out only when asked."""
    arguments = ["benchmarks", "--data", str(sample), "nowhere.json", "--system", "submission,bm25", "--out", str(tmp_path), "--limit", "2"]
    assert 2 == main(arguments)
    assert 0 == main([*arguments, "--skip-missing"])
    text = capsys.readouterr().out
    assert "left out: no data file at nowhere.json" in text
    assert "| sample | turn | submission |" in text
    assert "encoder for Russian sets: built in" in text


def test_files_that_the_weights_were_fitted_on_are_flagged():
    """With what each dialogue got when it was left out; other files have no note."""
    [(name, value)] = fitted_on({"tune.jsonl", "never_fitted.jsonl"}).items()
    assert "tune.jsonl is IN-SAMPLE" in name
    assert "left out of the fit: n " in value
