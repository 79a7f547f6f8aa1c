"""The page says what the traces say, shows every name as text, and stays small."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from attrs import evolve

from protocol import load
from protocol.adapters.conformance.totals import kaplan_meier_median
from protocol.adapters.report import drawn as limits
from protocol.adapters.report.computed import Computed
from protocol.adapters.report.drawn import Pages, report
from protocol.adapters.report.page import to_html
from protocol.errors import ExtraMissing
from protocol.semantics.exposed import spells
from protocol.semantics.summary import summary
from tests.adapters.report.replayed import computed, drawn, measured, titration

pytest.importorskip("jinja2", reason="jinja2 is not installed, so no page is written: extra 'report'")

MEGABYTE = 1_000_000


def test_the_numbers_are_those_of_the_traces() -> None:
    protocol, traces = titration()
    page = to_html(drawn(traces, protocol), "courses.md")
    having = [one for one in traces if any(step.deviations for step in one.steps)]
    number = sum(len(step.deviations) for one in traces for step in one.steps)
    visits = sum(len(one.steps) for one in traces)
    assert f"{len(traces)} subjects, {visits} visits; {number} deviations in {len(having)} subjects" in page
    assert page.count("<section ") == len(having)
    assert all(one.course in page for one in traces)
    assert "courses from courses.md" in page


def test_each_deviation_stands_in_the_list_and_in_the_section_of_its_subject() -> None:
    protocol, traces = titration()
    page = to_html(drawn(traces, protocol))
    for one in traces:
        for step in one.steps:
            for deviation in step.deviations:
                assert page.count(f"<td>{deviation.message}<td>") >= 2


def test_exposure_stands_under_the_names_of_adam_by_group_and_for_each_subject() -> None:
    protocol, traces = titration()
    sums = {one.course: summary(protocol, one) for one in traces}
    found = report(traces, protocol, Computed(spells, computed(protocol).derived, sums))
    page = to_html(found)
    assert "Total dose administered (TDOSE), mg" in page
    assert page.count('data-file="exposure"') == 1
    # 15 days at 54 mg, 153 at 81 mg, 13 at 54 mg
    assert re.search(r"<tr><td>01-701-1239[^<]*<td>181<td>181<td>13905<td>", page)
    assert page.count("TRTDURD ") == page.count("<section ")


@pytest.mark.parametrize(
    ("times", "median"),
    [
        ([], None),
        ([(5, True)], None),
        ([(5, False)], 5),
        ([(1, False), (2, True), (3, False), (4, False)], 3),
        ([(1, False), (2, False), (3, False), (4, True)], 2),
        ([(1, True), (2, True), (3, False)], 3),
        ([(2, True), (2, False)], 2),
    ],
)
def test_the_median_time_takes_those_into_account_who_had_no_event_yet(times: list[tuple[int, bool]], median: int | None) -> None:
    assert kaplan_meier_median([(Fraction(time), censored) for time, censored in times]) == median


def test_what_cannot_be_decided_is_told_apart_from_deviations() -> None:
    protocol, traces = measured()
    found = drawn(traces, protocol)
    page = to_html(found)
    certain = sum(len(one.deviations) for one in found.lanes)
    open_ones = sum(len(one.undecided) for one in found.lanes)
    assert f"; {certain} deviations in " in page
    assert f"Permitted or not, depending on what is missing: {open_ones}<" in page
    assert (
        "not decidable"
        not in page[page.index('id="deviations"') : page.index("Permitted or not, depending on what is missing: ")]
    )


@pytest.mark.parametrize(("pages", "kept"), [("deviating", "deviations"), ("noted", "noted"), ("all", "name")])
def test_who_has_a_page(pages: Pages, kept: str) -> None:
    protocol, traces = measured()
    found = drawn(traces, protocol, pages=pages)
    assert set(found.subjects) == {one.name for one in found.lanes if getattr(one, kept)}


def test_a_name_is_text_and_never_markup() -> None:
    protocol, traces = titration()
    name = '<script>alert("x")</script> & \'</svg>'
    page = to_html(drawn([evolve(traces[0], course=name), *(evolve(one, course=name + "2") for one in traces)], protocol))
    assert page.count("<script>") == 1  # our own
    assert page.count("</svg>") == page.count("<svg ")


def test_without_deviations_it_says_so() -> None:
    protocol, traces = titration()
    clean = [one for one in traces if not any(step.deviations for step in one.steps)]
    page = to_html(drawn(clean, protocol))
    assert "no deviation." in page
    assert "None: at every visit" in page


def test_without_a_course_there_is_a_page_all_the_same() -> None:
    assert "0 subjects" in to_html(drawn([], load("imatinib-hes")))


def test_equal_traces_give_equal_pages() -> None:
    protocol, traces = measured()
    assert to_html(drawn(traces, protocol)) == to_html(drawn(traces, protocol))


@pytest.mark.parametrize("replayed", [titration, measured])
def test_250_subjects_with_a_page_each_are_less_than_two_megabytes(replayed: object) -> None:
    protocol, traces = replayed()  # type: ignore[operator]
    deviating = [one for one in traces if any(item.is_certain for step in one.steps for item in step.deviations)]
    many = [evolve(deviating[number % len(deviating)], course=f"subject {number:03}") for number in range(250)]
    found = drawn(many, protocol)
    page = to_html(found)
    assert len(found.subjects) == page.count("<section ") == 250
    assert len(page.encode()) < 2 * MEGABYTE


def test_what_is_left_out_of_very_many_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_LANES", 10)
    monkeypatch.setattr(limits, "MOST_SUBJECTS", 2)
    protocol, traces = titration()
    found = drawn(traces, protocol)
    page = to_html(found)
    deviating = [one.name for one in found.lanes if one.deviations]
    assert f"10 of {len(traces)} subjects are drawn" in page
    assert f"2 of {len(deviating)} of these subjects have a page" in page
    assert set(deviating) <= {one.name for one in found.shown}
    assert all(f">{name}<" in page or f"<td>{name}<" in page for name in deviating)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    protocol, traces = titration()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ExtraMissing, match=re.escape("pip install 'dose-protocol[report]'")):
        to_html(drawn(traces, protocol))
