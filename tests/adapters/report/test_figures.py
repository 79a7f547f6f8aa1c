"""Figures alone: each is a whole file that any reader of SVG takes, and a picture."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from pathlib import Path

import pytest
from attrs import evolve

from protocol import load, trace
from protocol.adapters.from_file import from_file
from protocol.adapters.report.drawn import Report
from protocol.adapters.report.files import figures_of, write_figures
from protocol.adapters.report.measured import Reading, curves
from protocol.adapters.report.scale import time_scale, value_scale
from protocol.adapters.report.svg import alone
from protocol.adapters.report.tables import visits
from protocol.adapters.report.thresholds import thresholds
from protocol.adapters.selection import named
from protocol.language.shipped import find
from protocol.model.decision import Trace
from protocol.model.protocol import Protocol
from protocol.model.time import DAY, HOUR
from tests.adapters.report.replayed import computed, drawn, measured, titration

SVG = "{http://www.w3.org/2000/svg}"


def both() -> list[Report]:
    return [drawn(traces, protocol) for protocol, traces in (titration(), measured())]


def test_each_figure_is_well_formed_and_asks_for_nothing_from_elsewhere() -> None:
    for found in both():
        for name, one in figures_of(found):
            text = alone(one, found.style)
            root = ElementTree.fromstring(text)
            assert root.tag == f"{SVG}svg", name
            assert float(root.attrib["width"]) == 720
            assert not [word for word in ("http", "url(", "@import", "<script", "<image") if word in text.replace(SVG[1:-1], "")]


def test_every_style_that_a_figure_names_is_in_the_style_sheet() -> None:
    for found in both():
        named = {
            word
            for _, one in figures_of(found)
            for node in ElementTree.fromstring(alone(one, found.style)).iter()
            for word in node.get("class", "").split()
        }
        assert not {word for word in named if f".{word}{{" not in found.style and f".{word}." not in found.style}


def test_every_dose_change_stands_in_the_swimmer_plot_with_its_rule() -> None:
    protocol, traces = titration()
    found = drawn(traces, protocol)
    lanes = "".join(found.swimmers.values())
    for one in found.lanes:
        for change in one.changes:
            if change.kind != "start" and change.time not in {other.time for other in one.deviations}:
                assert f", by {change.rule}<" in lanes
    assert set(found.key.rules) == {change.rule for one in found.lanes for change in one.changes} - {""}


def test_a_page_holds_so_many_lanes_and_none_is_lost() -> None:
    protocol, traces = titration()
    many = [evolve(one, course=f"{number} of {one.course}") for number in range(12) for one in traces]
    found = drawn(many, protocol)
    names = [one.name for one in found.lanes]
    assert len(names) == len(many)
    assert all(sum(f"{number} of " in one for one in found.swimmers.values()) for number in range(12))
    assert max(one.count('<g transform="translate(0 ') for one in found.swimmers.values()) <= 61


def test_pictures_and_files_have_the_names_of_what_they_show(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert", reason="vl_convert is not installed, so nothing becomes PNG: extra 'report'")
    protocol, traces = titration()
    said = write_figures(drawn(traces[:2], protocol), tmp_path)
    names = {file.name for file in tmp_path.iterdir()}
    assert {"legend.svg", "legend.png"} <= names
    assert said == f"{len(names) // 2} figures as SVG and PNG"
    for file in tmp_path.glob("*.png"):
        assert file.read_bytes().startswith(b"\x89PNG")


def test_no_file_takes_the_place_of_another() -> None:
    protocol, traces = titration()
    long = "the same beginning " * 20
    many = [evolve(one, course=f"{long}{number}") for number, one in enumerate(traces)] + [
        evolve(one, course=name) for one, name in zip(traces, ("A b", "a-B", "a b?", "..", "/"), strict=False)
    ]
    names = [name for name, _ in figures_of(drawn(many, protocol, "all"))]
    assert len({name.lower() for name in names}) == len(names) > len(many)
    assert max(map(len, names)) < 120
    assert not [name for name in names if set(name) & set("/\\ .")]


def test_thresholds_are_those_of_the_rules_in_force_through_names_and_trackers() -> None:
    found = {name: {str(one) for one in several} for name, several in thresholds(load("imatinib-hes")).items()}
    assert {"< 1", "≥ 1.5"} <= found["anc"]
    assert "> 3 × ULN" in found["bilirubin"]
    assert "< 2" in found["bilirubin"]  # through the name 'eligible'
    assert "response" not in found


def platelets(trace: Trace, protocol: Protocol) -> tuple[Reading, ...]:
    found = curves(trace, protocol, computed(protocol).derived)
    return next(readings for item, readings in found.items() if item.name == "platelets")


def test_values_are_drawn_in_the_unit_of_the_protocol_with_bounds_and_refusals() -> None:
    protocol, traces = measured()
    (low,) = [one for one in traces if one.course.startswith("Counts below")]
    readings = next(
        found for item, found in curves(low, protocol, computed(protocol).derived).items() if item.name == "platelets"
    )
    assert [(one.value, one.censored) for one in readings][1] == (60, "<")
    (absurd,) = [one for one in traces if one.course.startswith("A count that cannot be")]
    readings = next(
        found for item, found in curves(absurd, protocol, computed(protocol).derived).items() if item.name == "platelets"
    )
    assert [one.value for one in readings if one.refused] == [4000, 4000]


def test_units_and_limits_that_are_the_same_throughout_stand_in_the_head_of_their_column() -> None:
    protocol, traces = measured()
    (one,) = [one for one in traces if one.course.startswith("Liver tests at 400 mg")]
    shown = visits(drawn([one], protocol, "all").lanes[0], protocol, DAY, computed(protocol).derived)
    assert {"ast (0-40)", "platelets", "day"} <= set(shown.header)
    assert [row[shown.header.index("ast (0-40)")] for row in shown.rows] == ["20", "20", "201", "99"]


def test_a_derived_number_is_drawn_with_its_thresholds_and_stands_in_the_data() -> None:
    protocol = load("imatinib-label/differential")
    (example, *_) = named(
        from_file(find("imatinib-label").parent / "differential.courses.md", protocol).examples, "Neutrophils at"
    )
    found = drawn([trace(protocol, example.course)], protocol, "all")
    (subject,) = found.subjects.values()
    assert "anc: Neutrophils" in subject.figure
    assert "&lt; 1 hold-cytopenia" in subject.figure
    shown = visits(found.lanes[0], protocol, DAY, found.computed.derived)
    assert [row[shown.header.index("anc")] for row in shown.rows] == ["4", "1.01", "1", "0.99", "1.49", "1.5"]


@pytest.mark.parametrize(
    ("last", "unit", "texts"),
    [(30 * HOUR, "hours", ["0", "3"]), (60 * DAY, "days", ["0", "7"]), (20_000 * DAY, "days", ["0", "3360"])],
)
def test_times_are_written_in_hours_or_days(last: int, unit: str, texts: list[str]) -> None:
    scale = time_scale([last], 0, 100)
    assert scale.title == f"{unit} since the first dose"
    assert [text for _, text in scale.ticks()][: len(texts)] == texts
    assert len(scale.ticks()) <= 15


@pytest.mark.parametrize("values", [[5], [0], [-1, 1], [0.001, 5000], [3, 3, 3], [Fraction(1, 3), 2], [-5, -4], [0, 1e9]])
def test_any_values_have_a_scale(values: list[float]) -> None:
    scale = value_scale(values, [1, 2], 60, 10)
    assert all(10 <= scale.at(float(value)) <= 60 for value in values)
    assert all(scale.shows(float(value)) for value in values)
    assert 1 <= len(scale.ticks()) <= 8
