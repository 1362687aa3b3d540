"""The report in a real browser: make test-browser.  Screenshots stay in runs/screenshots, to be looked at."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from browser_lane.chromium import Chromium, find_chromium
from conftest import ROOT
from synthetic import REFUSAL, SYSTEMS, write_dataset, write_run, write_runs

from eval.cli import main

if not os.environ.get("GIGAMEMORY_TEST_BROWSER"):
    pytest.skip("slow: make test-browser", allow_module_level=True)
if (CHROMIUM := find_chromium()) is None:
    pytest.skip("no Chromium, and it cannot be installed here (apt-get install chromium)", allow_module_level=True)

SCREENSHOTS = ROOT / "runs" / "screenshots"
NASTY = "<script>document.title='x'</script><img src=x onerror=document.title='x'> & שלום עולם \"quoted\" 'single' </script>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def page(folder):
    """1,000 questions on 12 systems, with every turn that was found."""
    data = write_dataset(folder / "synthetic.jsonl", dialogues=20, questions=50)
    runs = write_runs(folder / "runs", data)
    assert 0 == main(["leaderboard", str(runs), "--data", str(data), "--out", str(folder / "board")])
    return folder / "board" / "leaderboard.html"


@pytest.fixture
def browser(tmp_path):
    chromium = Chromium(CHROMIUM, tmp_path / "profile")
    yield chromium
    chromium.close()


def address(page: Path, fragment: str = "") -> str:
    return page.as_uri() + (f"#{fragment}" if fragment else "")


def test_it_is_small_opens_fast_and_asks_nobody(browser, page):
    """Under 5 MB, ready in under 2 s, no complaint on the console, no request but its own file's."""
    assert page.stat().st_size < 5_000_000
    seconds = browser.open(address(page), 1280, 900)
    print(f"{page.stat().st_size} bytes, ready after {seconds:.2f} s")
    assert seconds < 2.0
    assert [] == browser.complaints()
    assert browser.requested() <= {"file", "about", "data"}


@pytest.mark.parametrize(("width", "height", "dark"), [(1280, 900, False), (1280, 900, True), (390, 844, False), (390, 844, True)])
def test_nothing_sticks_out_at_desktop_and_phone_width(browser, page, width, height, dark):
    """The page is as wide as the window; only tables scroll on their own; no text is smaller than 9 px."""
    browser.open(address(page, "open=1"), width, height, dark=dark)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    name = f"{'phone' if width < 600 else 'desktop'}-{'dark' if dark else 'light'}"
    browser.screenshot(SCREENSHOTS / f"{name}.png", whole=True)
    assert width >= browser.value("document.documentElement.scrollWidth")
    sizes = browser.value(
        "[...document.querySelectorAll('svg text')].map((t) => parseFloat(getComputedStyle(t).fontSize)"
        " * t.ownerSVGElement.getBoundingClientRect().width / t.ownerSVGElement.viewBox.baseVal.width)"
    )
    assert len(sizes) > 50 and min(sizes) >= 9
    outside = (
        "[...document.querySelectorAll('figure')].flatMap((f) => [...f.querySelectorAll('text')].filter((t) => t.getBoundingClientRect().right >"
        " f.getBoundingClientRect().right + 1 || t.getBoundingClientRect().left < f.getBoundingClientRect().left - 1).map((t) => t.textContent))"
    )
    assert [] == browser.value(outside)


def test_search_and_filters_narrow_the_questions(browser, page):
    """By a word of the question, by system and verdict, by what was lost; what remains can be opened."""
    browser.open(address(page), 1280, 900)
    assert "1000 of 1000 questions" == browser.value("document.getElementById('count').textContent")
    assert 40 == browser.value("document.querySelectorAll('.question').length")
    browser.value("document.getElementById('more').click()")
    assert 80 == browser.value("document.querySelectorAll('.question').length")

    def narrowed(**fields: str) -> int:
        for name in ("q", "type", "system", "verdict", "failure"):
            browser.value(f"document.getElementById('{name}').value = {fields.get(name, '')!r}")
        browser.value("document.getElementById('q').dispatchEvent(new Event('input', {bubbles: true}))")
        return int(browser.value("document.getElementById('count').textContent").split()[0])

    assert 1 == narrowed(q="вопрос 17-33:")
    assert 0 == narrowed(q="нет-такого-слова")
    by_type = [narrowed(type=kind) for kind in ("fact_equal_session", "info_consolidation", "info_updating", "no_info")]
    assert 1000 == sum(by_type)
    right, wrong = narrowed(system="0", verdict="0"), narrowed(system="0", verdict="1")
    assert 1000 == right + wrong and right > wrong
    lost = [narrowed(system="0", failure=str(n)) for n in range(9)]
    assert wrong == sum(lost)
    narrowed(q="вопрос 17-33:")
    browser.value("document.querySelector('.question').open = true")
    time.sleep(0.2)
    shown = browser.value("document.querySelector('.question').innerText")
    assert all(system in shown for system in SYSTEMS) and "Gold:" in shown and "recall" in shown


def test_the_theme_can_be_changed_by_hand(browser, page):
    """One click takes a light page to dark, another one back."""
    browser.open(address(page), 1280, 900)
    back = "getComputedStyle(document.body).backgroundColor"
    light = browser.value(back)
    browser.value("document.getElementById('theme').click()")
    assert light != browser.value(back)
    browser.value("document.getElementById('theme').click()")
    assert light == browser.value(back)


def test_answers_are_text_whatever_they_hold(browser, folder):
    """Markup is shown, not run; text from right to left stands in a direction of its own."""
    data = write_dataset(folder / "small.jsonl", dialogues=1, questions=4)
    write_run(folder / "nasty" / "submission", data, "submission", 0.5, 1, answers={0: NASTY, 1: REFUSAL})
    assert 0 == main(["leaderboard", str(folder / "nasty"), "--data", str(data), "--out", str(folder / "nasty_board")])
    browser.open(address(folder / "nasty_board" / "leaderboard.html", "open=1"), 390, 844)
    time.sleep(0.2)
    assert NASTY == browser.value("[...document.querySelectorAll('.answer div')][0].textContent")
    assert "auto" == browser.value("[...document.querySelectorAll('.answer div')][0].dir")
    assert "Leaderboard: small.jsonl" == browser.value("document.title")
    assert [] == browser.complaints()
