"""python -m eval: exit statuses, messages, bad input, interruption and resumption."""

from __future__ import annotations

import json
import os
import resource
import signal
import time

import pytest
from conftest import ROOT
from fakes import record, session, write_data

from eval.cli import main
from eval.systems import SYSTEMS, SystemSpec

# a child process that knows a system slow enough to be stopped in its middle
SLOW = (
    "import sys; from eval import cli; from eval.systems import SYSTEMS, SystemSpec;"
    "SYSTEMS['slow'] = SystemSpec('slow', 'fakes:SlowMemory', ''); sys.exit(cli.main(sys.argv[1:]))"
)


@pytest.fixture
def data(tmp_path):
    return write_data(tmp_path / "data.jsonl", record(1), record("d-2"))


def run(data, out, *more, system="bm25"):
    return main(["run", "--system", system, "--data", str(data), "--out", str(out), *more])


def predicted(folder):
    lines = (folder / "predictions.jsonl").read_bytes().splitlines(keepends=True)
    return [json.loads(line)["question_id"] for line in lines if line.endswith(b"\n")]


def test_a_run_leaves_predictions_manifest_summary_and_leaderboard(data, tmp_path, capsys):
    """Everything a number needs to be made again."""
    assert 0 == run(data, tmp_path / "out", system="submission,abstain")
    folder = tmp_path / "out" / "submission"
    files = {"predictions.jsonl", "ingestions.jsonl", "verdicts.jsonl", "manifest.json", "summary.json", "submit.csv"}
    assert files == {p.name for p in folder.iterdir()}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {"system", "data", "judge", "engine", "seed", "settings", "code", "packages", "machine"} <= set(manifest)
    assert 64 == len(manifest["data"]["sha256"]) and {"commit", "dirty"} == set(manifest["code"])
    assert "numpy" in manifest["packages"] and "recall_k" in manifest["settings"]
    assert {"accuracy", "abstention", "latency_seconds", "recall", "n", "errors"} <= set(json.loads((folder / "summary.json").read_bytes()))
    assert capsys.readouterr().out == (tmp_path / "out" / "leaderboard.md").read_text(encoding="utf-8")


def test_nothing_but_the_table_is_printed_where_output_is_no_terminal(data, tmp_path, child):
    """No progress bar in a log."""
    process = child("-m", "eval", "run", "--system", "bm25", "--data", data, "--out", tmp_path / "out")
    out, errors = process.communicate(timeout=60)
    assert (0, "") == (process.returncode, errors)
    assert "| bm25 |" in out


def test_a_terminal_gets_a_progress_bar(data, tmp_path, child):
    """Named after the system, counting questions."""
    master, slave = os.openpty()
    process = child("-m", "eval", "run", "--system", "bm25", "--data", data, "--out", tmp_path / "out", stderr=slave)
    process.communicate(timeout=60)
    os.close(slave)
    shown = os.read(master, 10_000).decode()
    os.close(master)
    assert "bm25" in shown and "2/2" in shown


def test_report_prints_the_table_again(data, tmp_path, capsys):
    """From the folder alone."""
    run(data, tmp_path / "out")
    before = capsys.readouterr().out
    assert 0 == main(["report", str(tmp_path / "out")])
    assert before == capsys.readouterr().out


def test_retrieval_writes_the_agreed_json(data, tmp_path, capsys):
    """Two levels, by type, n and exclusions, at the k asked for."""
    out = tmp_path / "deep" / "retrieval.json"
    assert 0 == main(["retrieval", "--system", "bm25", "--data", str(data), "--out", str(out), "--k", "5,1"])
    found = json.loads(out.read_text(encoding="utf-8"))
    assert {"session", "turn", "by_type", "n", "excluded"} == set(found)
    assert {"recall_any", "recall_all", "recall_mean", "ndcg", "mrr", "n"} == set(found["session"]) == set(found["turn"])
    assert {"1": 1.0, "5": 1.0} == found["turn"]["recall_any"]
    assert {"fact_equal_session"} == set(found["by_type"])
    assert "n=2" in capsys.readouterr().out


@pytest.mark.parametrize(("names", "expected"), [("bm25,tfidf", "one system"), ("oracle", "given the evidence"), ("nobody", "known: submission")])
def test_retrieval_takes_one_system_with_a_recall_of_its_own(data, tmp_path, capsys, names, expected):
    """Several, the oracle and an unknown one are refused."""
    assert 2 == main(["retrieval", "--system", names, "--data", str(data), "--out", str(tmp_path / "r.json")])
    assert expected in capsys.readouterr().err


def test_limit_takes_the_first_dialogues(data, tmp_path):
    """--limit 1 answers one of two."""
    assert 0 == run(data, tmp_path / "out", "--limit", "1")
    assert [1] == predicted(tmp_path / "out" / "bm25")


@pytest.mark.parametrize("arguments", [["--limit", "0"], ["--limit", "x"], ["--judge", "coin"], ["--engine", "steam"]])
def test_a_wrong_option_ends_with_status_two(data, tmp_path, capsys, arguments):
    """argparse's own words."""
    with pytest.raises(SystemExit) as caught:
        run(data, tmp_path / "out", *arguments)
    assert 2 == caught.value.code
    assert arguments[0] in capsys.readouterr().err


def test_the_judge_is_patterns_where_every_question_has_them(data, tmp_path):
    """Else overlap; patterns without patterns is refused."""
    run(data, tmp_path / "a")
    assert "patterns" == json.loads((tmp_path / "a" / "bm25" / "summary.json").read_bytes())["judge"]
    bare = write_data(tmp_path / "bare.jsonl", record(1, accept=...))
    run(bare, tmp_path / "b")
    assert "overlap" == json.loads((tmp_path / "b" / "bm25" / "summary.json").read_bytes())["judge"]


def test_patterns_need_patterns(tmp_path, capsys):
    """The question without them is named."""
    bare = write_data(tmp_path / "bare.jsonl", record("q-9", accept=...))
    assert 2 == run(bare, tmp_path / "out", "--judge", "patterns")
    assert "'q-9'" in capsys.readouterr().err


def test_data_is_found_in_the_folder_of_the_environment(data, tmp_path, monkeypatch, capsys):
    """GIGAMEMORY_DATA names a folder of data sets; a file in neither place is named with both."""
    monkeypatch.setenv("GIGAMEMORY_DATA", str(data.parent))
    assert 0 == run("data.jsonl", tmp_path / "out")
    assert 2 == run("none.jsonl", tmp_path / "out2")
    assert f"no data file at none.jsonl or {data.parent}/none.jsonl" in capsys.readouterr().err


# ---- bad input


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{oops", "bad.jsonl:2: (line): expected JSON"),
        (b'"\xff"', "bad.jsonl:2: (line): expected UTF-8 text"),
        (record(2, sessions=[]), "bad.jsonl:2: sessions: expected at least one session"),
        (record(1), "bad.jsonl:2: id: expected an id that occurs once"),
    ],
)
@pytest.mark.parametrize("command", ["run", "retrieval"])
def test_a_wrong_data_set_ends_with_status_two(tmp_path, capsys, command, line, expected):
    """One line on stderr that names the file, the line and the field; nothing is run before all of it was read."""
    data = write_data(tmp_path / "bad.jsonl", record(1), line)
    assert 2 == main([command, "--system", "abstain", "--data", str(data), "--out", str(tmp_path / "out")])
    out, errors = capsys.readouterr()
    assert ("", 1) == (out, errors.count("\n")) and expected in errors
    assert not (tmp_path / "out").exists()


def test_a_user_error_shows_no_traceback(tmp_path, child):
    """The exit status of the process is 2."""
    data = write_data(tmp_path / "bad.jsonl", b"{oops")
    process = child("-m", "eval", "run", "--system", "abstain", "--data", data, "--out", tmp_path / "out")
    out, errors = process.communicate(timeout=60)
    assert (2, "") == (process.returncode, out)
    assert errors.startswith("error: ") and "Traceback" not in errors


@pytest.mark.parametrize("system", ["submission", "oracle", "bm25", "tfidf", "user_turns", "last_turns", "abstain"])
def test_every_system_takes_any_content(tmp_path, system):
    """Empty messages, surrogates, NULs, 100 kB without a space, a question of nothing but signs: no error, an answer to each."""
    odd = [session(1, "", ""), session(2, "\ud800\udfff \0", "🙂"), session(3, "я" * 100_000, "<b>&amp;"), session(4, "?!", "...")]
    data = write_data(
        tmp_path / "odd.jsonl",
        record(1, sessions=odd, question="\ud800?!", ans_session_ids=[1, 3], evidence=[]),
        record(2, sessions=[session(1, "здравствуйте", first="assistant")], ans_session_ids=[], evidence=[]),
    )
    assert 0 == run(data, tmp_path / "out", "--strict", system=system)
    lines = (tmp_path / "out" / system / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line)["answer"].strip() for line in lines) and 2 == len(lines)


def test_a_message_of_5_mb_is_taken(tmp_path):
    """In seconds, not minutes."""
    big = "Сегодня мы ходили в лес за грибами и нашли белый. " * 100_000
    data = write_data(tmp_path / "big.jsonl", record(1, sessions=[session(1, big, "ого"), session(2, "моя собака Тошка", "да")], evidence=[]))
    started = time.monotonic()
    assert 0 == run(data, tmp_path / "out", "--strict", system="submission")
    assert time.monotonic() - started < 20


def test_an_unknown_system_lists_the_known_ones(data, tmp_path, capsys):
    """Before anything is read or written."""
    assert 2 == run(data, tmp_path / "out", system="submision")
    assert all(name in capsys.readouterr().err for name in ("submision",)) and not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["run", "retrieval"])
def test_an_unwritable_output_folder_is_a_message(data, tmp_path, capsys, command):
    """A path below a regular file, which nobody can write to."""
    assert 2 == main([command, "--system", "abstain", "--data", str(data), "--out", str(data / "out" / "r")])
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["ingestions.jsonl", "summary.json.part", "submit.csv.part"])
def test_a_full_disk_is_a_message(data, tmp_path, capsys, name):
    """/dev/full stands for the disk, at different moments of a run."""
    (tmp_path / "out" / "bm25").mkdir(parents=True)
    (tmp_path / "out" / "bm25" / name).symlink_to("/dev/full")
    assert 2 == run(data, tmp_path / "out")
    error = capsys.readouterr().err
    assert "No space left on device" in error and "--resume" in error


def test_a_run_stopped_by_a_full_disk_goes_on_where_it_stopped(tmp_path, child, capsys):
    """A child process may write 4 kB a file, which tears a line of predictions; then there is room again."""
    data = write_data(tmp_path / "d.jsonl", *(record(i) for i in range(40)))
    arguments = ["run", "--system", "abstain", "--data", str(data), "--out", str(tmp_path / "out")]
    process = child("-B", "-m", "eval", *arguments, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY)))
    _, errors = process.communicate(timeout=60)
    assert 2 == process.returncode and "predictions.jsonl: cannot be written: File too large" in errors
    before = predicted(tmp_path / "out" / "abstain")
    assert 0 < len(before) < 40
    assert 0 == main([*arguments, "--resume"])
    assert list(range(40)) == predicted(tmp_path / "out" / "abstain")


@pytest.mark.parametrize(
    ("variable", "value", "expected"), [("GIGAMEMORY_RECALL_K", "many", "recall_k"), ("GIGAMEMORY_SETTINGS", "/none.toml", "/none.toml")]
)
def test_a_wrong_setting_is_a_message(data, tmp_path, monkeypatch, capsys, variable, value, expected):
    """It names the setting, for both commands that build systems."""
    monkeypatch.setenv(variable, value)
    assert 2 == run(data, tmp_path / "out", system="submission")
    assert 2 == main(["retrieval", "--system", "submission", "--data", str(data), "--out", str(tmp_path / "r.json")])
    assert 2 == capsys.readouterr().err.count(expected)


# ---- systems that fail


@pytest.fixture
def failing(tmp_path, monkeypatch):
    monkeypatch.setitem(SYSTEMS, "failing", SystemSpec("failing", "fakes:FailingMemory", ""))
    return write_data(tmp_path / "d.jsonl", record(1), record("d-13", question="answer fails"), record(3))


def test_a_failing_system_is_counted_wrong_and_the_run_goes_on(failing, tmp_path, capsys):
    """Status 0; the leaderboard shows the errors."""
    assert 0 == run(failing, tmp_path / "out", system="failing,abstain")
    assert [1, "d-13", 3] == predicted(tmp_path / "out" / "failing")
    summary = json.loads((tmp_path / "out" / "failing" / "summary.json").read_bytes())
    assert (1, 3) == (summary["errors"], summary["accuracy"]["overall"]["n"])
    [row] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| failing")]
    assert "| 1 |" in row


def test_strict_stops_with_the_dialogue(failing, tmp_path, capsys):
    """Status 2, and what was answered is kept for --resume."""
    assert 2 == run(failing, tmp_path / "out", "--strict", system="failing")
    assert "dialogue 'd-13'" in capsys.readouterr().err
    assert [1] == predicted(tmp_path / "out" / "failing")
    assert 0 == run(failing, tmp_path / "out", "--resume", system="failing")
    assert [1, "d-13", 3] == predicted(tmp_path / "out" / "failing")


# ---- interruption


def started(child, tmp_path, questions=60):
    """A slow run in a child process, and its arguments, once three answers are on the disk."""
    data = write_data(tmp_path / "d.jsonl", *(record(i) for i in range(questions)))
    arguments = ["run", "--system", "slow", "--data", str(data), "--out", str(tmp_path / "out")]
    process = child("-c", SLOW, *arguments)
    path = tmp_path / "out" / "slow" / "predictions.jsonl"
    deadline = time.monotonic() + 60
    while not path.exists() or path.read_bytes().count(b"\n") < 3:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the child did not start"
        time.sleep(0.02)
    return process, arguments


def test_ctrl_c_leaves_a_run_that_can_be_resumed(tmp_path, child):
    """SIGINT: status 130, a hint, no traceback; --resume repeats and loses no question."""
    process, arguments = started(child, tmp_path)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert 130 == process.returncode
    assert "--resume" in errors and "Traceback" not in errors
    before = predicted(tmp_path / "out" / "slow")
    assert list(range(len(before))) == before and 3 <= len(before) < 60
    process = child("-c", SLOW, *arguments, "--resume")
    assert 0 == process.wait(timeout=60)
    assert list(range(60)) == predicted(tmp_path / "out" / "slow")


def test_kill_in_the_middle_loses_at_most_the_question_under_way(tmp_path, child):
    """SIGKILL twice, each at another place; then --resume ends with every question answered once."""
    process, arguments = started(child, tmp_path)
    process.kill()
    process.wait()
    before = predicted(tmp_path / "out" / "slow")
    process = child("-c", SLOW, *arguments, "--resume")
    path = tmp_path / "out" / "slow" / "predictions.jsonl"
    while path.read_bytes().count(b"\n") < len(before) + 5:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert before == predicted(tmp_path / "out" / "slow")[: len(before)]
    process = child("-c", SLOW, *arguments, "--resume")
    assert 0 == process.wait(timeout=60)
    assert list(range(60)) == predicted(tmp_path / "out" / "slow")
    summary = json.loads((tmp_path / "out" / "slow" / "summary.json").read_bytes())
    assert (60, 60) == (summary["n"], summary["questions"])


def test_a_run_is_not_overwritten(data, tmp_path, capsys):
    """Without --resume a folder that holds a run is refused."""
    assert 0 == run(data, tmp_path / "out")
    assert 2 == run(data, tmp_path / "out")
    assert "--resume" in capsys.readouterr().err
    assert 0 == run(data, tmp_path / "out", "--resume")


@pytest.mark.parametrize(("part", "variable"), [("data", None), ("settings", "GIGAMEMORY_RECALL_K")])
def test_a_run_is_not_continued_with_something_else(data, tmp_path, monkeypatch, capsys, part, variable):
    """Another data set or other settings would mix two experiments in one file."""
    assert 0 == run(data, tmp_path / "out")
    if variable:
        monkeypatch.setenv(variable, "3")
    else:
        write_data(data, record(1), record(3))
    assert 2 == run(data, tmp_path / "out", "--resume")
    assert f"another {part}" in capsys.readouterr().err


def test_a_run_can_be_made_longer(data, tmp_path):
    """--limit 1, then all: what is there is kept."""
    assert 0 == run(data, tmp_path / "out", "--limit", "1")
    assert 0 == run(data, tmp_path / "out", "--resume")
    assert [1, "d-2"] == predicted(tmp_path / "out" / "bm25")


def test_a_resumed_run_remembers_the_code_it_began_with(data, tmp_path):
    """Answers of two commits in one file are no secret."""
    assert 0 == run(data, tmp_path / "out", "--limit", "1")
    path = tmp_path / "out" / "bm25" / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["code"] = {"commit": "0" * 40, "dirty": False}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert 0 == run(data, tmp_path / "out", "--resume")
    assert [{"commit": "0" * 40, "dirty": False}] == json.loads(path.read_bytes())["earlier_code"]


def test_the_same_run_twice_gives_the_same_answers(data, tmp_path):
    """Byte for byte, but for the times."""
    answers = []
    for out in (tmp_path / "a", tmp_path / "b"):
        run(data, out, system="submission")
        lines = (out / "submission" / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
        answers.append([{k: v for k, v in json.loads(line).items() if not k.endswith(("_time", "_seconds"))} for line in lines])
    assert answers[0] == answers[1]


def test_help_names_every_command(child):
    """python -m eval --help."""
    out, _ = child("-m", "eval", "--help", cwd=ROOT).communicate(timeout=60)
    assert all(command in out for command in ("run", "retrieval", "report"))
