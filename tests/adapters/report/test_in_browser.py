"""The page in a real browser: it asks for nothing, complains of nothing, fits, saves its tables, and prints."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol.adapters.report.page import to_html
from tests.adapters.report.browser import CHROMIUM, Browser, browser
from tests.adapters.report.replayed import drawn, measured

pytest.importorskip("jinja2", reason="jinja2 is not installed, so no page is written: extra 'report'")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed, so the page is not looked at")

OUTSIDE = """Array.from(document.querySelectorAll("svg text")).filter(function (text) {
  var svg = text.ownerSVGElement, box = text.getBoundingClientRect(), frame = svg.getBoundingClientRect();
  return box.left < frame.left - 3 || box.right > frame.right + 3 || box.top < frame.top - 3 || box.bottom > frame.bottom + 3;
}).map(function (text) { return text.textContent; })"""
SAVED = """(async function () {
  var made = [], names = [];
  URL.createObjectURL = function (blob) { made.push(blob); return "#"; };
  HTMLAnchorElement.prototype.click = function () { names.push(this.download); };
  document.querySelector("button[data-file=deviations]").click();
  return [names[0], await made[0].text()];
})()"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    protocol, traces = measured()
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(to_html(drawn(traces, protocol)), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory, page: Path) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        found.ask("Emulation.setDeviceMetricsOverride", width=1000, height=800, deviceScaleFactor=1, mobile=False)
        found.open(page)
        yield found


def test_it_requests_nothing_but_itself_and_complains_of_nothing(tab: Browser, page: Path) -> None:
    assert tab.requests == [page.as_uri()]
    assert tab.complaints == []


def test_everything_fits_into_the_window_and_every_text_into_its_figure(tab: Browser) -> None:
    assert tab.value("document.documentElement.scrollWidth") <= 1000
    assert tab.value(OUTSIDE) == []


def test_every_link_leads_somewhere(tab: Browser) -> None:
    targets = "Array.from(document.querySelectorAll('a[href]'), link => link.getAttribute('href'))"
    assert tab.value(f"{targets}.length") > 20
    assert tab.value(f"{targets}.filter(target => !document.querySelector(target))") == []


def test_a_figure_says_what_it_shows_to_who_cannot_see_it(tab: Browser) -> None:
    assert tab.value("document.querySelectorAll('svg:not([aria-label])').length") == 0
    assert tab.value("document.querySelectorAll('svg').length") > 5


def test_a_table_is_saved_as_a_file(tab: Browser) -> None:
    name, text = tab.value(SAVED)
    rows = list(csv.reader(io.StringIO(text)))
    _, traces = measured()
    kinds = [one.kind for trace in traces for step in trace.steps for one in step.deviations if one.is_certain]
    assert name == "deviations.csv"
    assert rows[0][:3] == ["subject", "when", "deviation"]
    assert sorted(row[2] for row in rows[1:]) == sorted(kinds)


def test_it_prints_each_subject_on_a_page_of_its_own(tab: Browser) -> None:
    printed = base64.b64decode(tab.ask("Page.printToPDF", preferCSSPageSize=True)["data"])
    assert printed.startswith(b"%PDF")
    pages = printed.count(b"/Type /Page\n") or printed.count(b"/Type/Page\n")
    assert pages >= 4 + tab.value("document.querySelectorAll('section').length")
