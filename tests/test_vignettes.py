"""data.vignettes and `data.prepare --vignettes`: short lives to train on, read, checked and built."""

from __future__ import annotations

import pytest
from conftest import ROOT
from material import distractor_lines, write_lines, write_material

from data.dialogues import Options, compose
from data.leaks import main as leaks
from data.personas import DataError, Quote, matches
from data.prepare import build_vignettes, read_pool, write
from data.prepare import main as prepare
from data.vignettes import HARD, PLAIN, main, read_vignettes, table, vignette_files
from eval.datasets import load_contest
from eval.inspect import inspect_file

ZOYA = """# zoya: женщина, 40, портниха

--
u: чем подшить шёлк? {1 второй год держу ателье на набережной}
a: Тонкой иглой и мелким стежком.
u: {2 завела чижа}, что он ест
a: {3 Купите овёс или канареечное семя}, оба годятся.
u: {4 беру второе}
a: Хороший выбор.
--
u: {5 с набережной съехала, шью теперь на Мельничной}. {6 клетку взяла за девятьсот}
a: Удачи на новом месте.
? one 3 4 | Чем кормлю птицу? | Канареечным семенем. | канаре ! овес
? many 2 6 | Что купила для питомца? | Клетку для чижа за 900 рублей. | клетк & чиж
? now 5 <1 | Где моя мастерская? | На Мельничной. | мельничн ! набережн
? before 1 | Где она была раньше? | На набережной. | набережн
? none 1 | Сколько стоила аренда?
? none 2 | Как зовут птицу?
? none 5 | В каком доме я теперь шью?
? none 6 | Какого цвета клетка?
"""


@pytest.fixture
def file(tmp_path):
    """Writes a text into a file and gives its path."""

    def write(text, name="craft.txt"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def problems(*paths):
    with pytest.raises(DataError) as caught:
        read_vignettes(*paths)
    return caught.value.problems


def test_a_vignette_is_read(file):
    """Marks are taken out of the turns; evidence names the turn and quotes the mark."""
    (zoya,) = read_vignettes(file(ZOYA))
    assert ("zoya", "ru", "женщина, 40, портниха", 2, 8) == (zoya.id, zoya.language, zoya.about, len(zoya.sessions), len(zoya.questions))
    assert ("user", "чем подшить шёлк? второй год держу ателье на набережной") == zoya.sessions[0].messages[0]
    one, many, now, before, none = zoya.questions[:5]
    assert (Quote("s01", 3, "Купите овёс или канареечное семя"), Quote("s01", 4, "беру второе")) == one.evidence
    assert ("info_consolidation", ("клетк", "чиж"), ()) == (many.question_type, many.accept, many.reject)
    assert (Quote("s01", 0, "второй год держу ателье на набережной"),) == now.superseded == before.evidence
    assert ("no_info", "У меня нет такой информации") == (none.question_type, none.ans)
    assert matches(none.accept, none.reject, none.ans)


def test_what_the_newest_statement_names_is_no_mistake(file):
    """It tells the change by both values, so that an answer may quote it; else the old value must be called past."""
    (zoya,) = read_vignettes(file(ZOYA))
    now = zoya.questions[2]
    assert matches(now.accept, now.reject, "с набережной съехала, шью теперь на Мельничной")
    (zoya,) = read_vignettes(file(ZOYA.replace("с набережной съехала, шью", "шью")))
    now = zoya.questions[2]
    assert [False, True, True] == [
        matches(now.accept, now.reject, text)
        for text in ("На Мельничной и на набережной.", "На Мельничной, раньше на набережной.", "На Мельничной, а не на набережной.")
    ]


@pytest.mark.parametrize(
    ("line", "instead", "expected"),
    [
        (1, "zoya", "1: expected a head: # id: who"),
        (4, "b: чем подшить шёлк? {1 на набережной}", "4: expected a line that begins with '# ', '--', 'u: ', 'a: ' or '? ', not 'b: чем"),
        (5, "u: ещё", "5: roles alternate, the user first"),
        (6, "u: {1 завела чижа} {2 да}", "6: the fact 1 occurs twice"),
        (6, "u: {2 завела чижа, что он ест", "6: a fact is marked as {number text}"),
        (13, "? when 3 | Чем? | Семенем. | сем", "13: expected one of one, many, now, before, none, not 'when'"),
        (13, "? one 3 | Чем кормлю?", "13: expected 'kind numbers | question | answer | patterns'"),
        (13, "? one 9 | Чем кормлю? | Семенем. | сем", "13: no fact '9' above"),
        (13, "? one | Чем кормлю? | Семенем. | сем", "13: expected the number of a fact"),
        (13, "? one 1 5 | Где шью? | Везде. | везде", "13: the facts of one lie in one session; write many"),
        (14, "? many 1 2 | Что держу? | Ателье и чижа. | ателье & чиж", "14: the facts of many lie in two sessions or more; write one"),
        (15, "? now 5 | Где моя мастерская? | На Мельничной. | мельничн ! набер", "15: now, and no other kind, has the number of an older fact"),
        (15, "? now 5 <1 2 | Где мастерская? | На Мельничной. | мельничн ! набер", "15: write < before each older fact, after the newest"),
        (15, "? now 1 <5 | Где мастерская? | На Мельничной. | мельничн ! набер", "15: the fact after < must be told before the newest"),
        (15, "? now 5 <1 | Где моя мастерская? | На Мельничной. | мельничн", "15: now has a pattern of the older value after ' ! '"),
        (15, "? now 5 <1 | Где моя мастерская? | На Мельничной. | на ! рынк", "15: the older fact passes as an answer"),
        (16, "? before 1 | Где моя мастерская? | На набережной. | набережн", "16: 'zoya' asks this twice: 'Где моя мастерская?'"),
        (16, "? before 1 | Где была? | На набережной. | мельничн", "16: the answer fails its own patterns: 'На набережной.'"),
        (13, "? one 3 | Чем кормлю? | Семенем. | сем ! мен", "13: the pattern after ! is found in the answer: 'Семенем.'"),
        (16, "? before 1 | Где была? | Нет, на набережной. | нет", "16: a refusal passes these patterns"),
        (16, "? before 1 | Где была? | На набережной, не знаю дома. | набер", "16: the answer reads as a refusal"),
        (16, "? before 1 | Где была? | На набережной. | (набер", "16: no regular expression"),
        (16, "? before 1 | Где была? | На набережной. | набер|плёс", "16: patterns are searched in text without ё; write е"),
        (20, "", "1: 'zoya' has 3 questions of the kind none; write at least 4"),
        (12, "", "1: session 2 of 'zoya' must end with a line 'a: '"),
    ],
)
def test_a_wrong_line_is_named(file, line, instead, expected):
    """File, line and what to write instead."""
    lines = ZOYA.splitlines()
    lines[line - 1] = instead
    path = file("\n".join(lines))
    assert any(text.startswith(f"{path}:{expected}") for text in problems(path)), problems(path)


def test_ids_differ_over_all_files(file):
    """The second place is named, and the first."""
    paths = file(ZOYA), file(ZOYA, "elder.txt")
    assert [f"{paths[1]}:1: the id 'zoya' was used in {paths[0]}:1; give the vignette another"] == problems(*paths)


def test_a_file_that_cannot_be_read(tmp_path):
    """It is a problem like the others, and the other files are still checked."""
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"\xff")
    found = problems(tmp_path / "none.txt", bad)
    assert f"{tmp_path / 'none.txt'}:1: cannot be read: No such file or directory" == found[0]
    assert found[1].startswith(f"{bad}:1: expected UTF-8 text")


def test_the_command_prints_counts_or_problems(file, capsys):
    """A row a theme and one of all: vignettes, sessions, user turns, characters, questions, by type, without a shared word."""
    path = file(ZOYA)
    assert 0 == main([str(path)])
    characters = sum(len(content) for s in read_vignettes(path)[0].sessions for _, content in s.messages)
    assert f"| craft | 1 | 2 | 4 | {characters} | 8 | 1 | 1 | 2 | 4 | 6 |" in capsys.readouterr().out
    assert 2 == main([str(file("zoya"))])
    assert "craft.txt:1: expected a head" in capsys.readouterr().err


@pytest.fixture
def folder(tmp_path):
    """A data folder with the vignette and 20 distractors of 1,000 characters."""
    data = write_material(tmp_path / "data")
    (data / "vignettes" / "ru").mkdir(parents=True)
    (data / "vignettes" / "ru" / "craft.txt").write_text(ZOYA, encoding="utf-8")
    return data


def test_a_built_vignette_points_at_the_right_turns(folder, tmp_path):
    """Evidence moves with its session into a dialogue of distractors; the same bytes each time, and no mistake."""
    for out in ("a", "b"):
        assert 0 == prepare(["--vignettes", "--material", str(folder), "--out", str(tmp_path / out), "--characters", "9000"])
    built = tmp_path / "a" / "vignettes.jsonl"
    assert built.read_bytes() == (tmp_path / "b" / "vignettes.jsonl").read_bytes()
    assert [built] == list(built.parent.iterdir())
    assert () == inspect_file(built).mistakes
    (dialogue,) = load_contest(built)
    contents = {(s.id, i): m.content for s in dialogue.sessions for i, m in enumerate(s.messages)}
    assert 5 <= len(dialogue.sessions)
    now = dialogue.questions[2]
    assert "zoya-q03" == now.id
    assert "с набережной съехала, шью теперь на Мельничной. клетку взяла за девятьсот" == contents[now.evidence[0][:2]]
    assert "чем подшить шёлк? второй год держу ателье на набережной" == contents[now.superseded[0][:2]]


def test_vignettes_have_200000_characters_where_no_option_says_else(folder):
    """Met to half a distractor; an option that sets the length wins."""
    write_lines(folder / "distractors" / "ru" / "some.jsonl", distractor_lines(300))
    name, (record,) = build_vignettes(folder, Options())
    assert "vignettes.jsonl" == name
    assert 500 >= abs(200_000 - sum(len(m["content"]) for s in record["sessions"] for m in s["messages"]))
    _, (small,) = build_vignettes(folder, Options(sessions=8))
    assert 8 == len(small["sessions"])


def test_what_cannot_be_built_is_said(folder, tmp_path, capsys):
    """An unknown id, and a folder without vignettes."""
    arguments = ["--vignettes", "--out", str(tmp_path / "out"), "--material"]
    assert 2 == prepare([*arguments, str(folder), "--personas", "anna"])
    assert f"no vignette 'anna' in {folder}/vignettes/ru" in capsys.readouterr().err
    assert 2 == prepare([*arguments, str(write_material(tmp_path / "bare"))])
    assert "vignettes/ru: expected files *.txt with vignettes" in capsys.readouterr().err
    assert 2 == prepare(["--vignettes", PLAIN, *arguments[1:], str(folder)])
    assert "plain/ru: expected files *.txt with vignettes" in capsys.readouterr().err


def test_a_run_of_words_in_two_vignettes_is_found(folder, capsys):
    """Between vignettes and with personas; within one it may repeat, and patterns are no text."""
    run = "раз два три четыре пять шесть семь восемь"
    path = folder / "vignettes" / "ru" / "craft.txt"
    first = ZOYA.replace("чем подшить шёлк?", run).replace("Хороший выбор", run)
    path.write_text(first, encoding="utf-8")
    capsys.readouterr()
    leaks(["--material", str(folder)])
    assert run not in capsys.readouterr().out
    path.write_text(first + first.replace("# zoya", "# olga"), encoding="utf-8")
    assert 1 == leaks(["--material", str(folder)])
    assert f"  {path}: zoya = {path}: olga: {run}" in capsys.readouterr().out


def shipped(part):
    """All of our vignettes of a part, which are without problems, by the theme that their ids begin with."""
    themes = {path.stem: [] for path in vignette_files(ROOT / "data", part)}
    for vignette in read_vignettes(*vignette_files(ROOT / "data", part)):
        themes[vignette.id.split("_")[0]].append(vignette)
    return themes


@pytest.mark.parametrize("part", [HARD, PLAIN])
def test_the_card_counts_them(part):
    """The tables in data/README.md are what `python -m data.vignettes` prints today."""
    card = (ROOT / "data" / "README.md").read_text(encoding="utf-8").splitlines()
    assert [] == [row for row in table(shipped(part)) if row not in card]


def test_one_of_ours_builds_without_mistakes(tmp_path):
    """With our distractors, of which it takes as many as fill the dialogue."""
    write(tmp_path / "built.jsonl", [compose(shipped(HARD)["craft"][0], read_pool("ru", ROOT / "data"), Options(characters=200_000))])
    ((dialogue,), mistakes) = (load_contest(tmp_path / "built.jsonl"), inspect_file(tmp_path / "built.jsonl").mistakes)
    assert () == mistakes
    assert 20 == len(dialogue.questions)
    assert 8_000 >= abs(200_000 - sum(len(m.content) for s in dialogue.sessions for m in s.messages))
