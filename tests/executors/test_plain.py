"""A table of visits is decided without a library of columns as it is with one."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from attrs import evolve

import protocol
from protocol.executors.compiled import view
from protocol.executors.compiled.alike import told_apart
from protocol.executors.compiled.frame import node
from protocol.executors.lanes import chunk
from protocol.executors.plain import Replayed, replay_plain, replayed, walker
from protocol.testing.protocols import any_protocol

IMATINIB = protocol.load("imatinib-hes")
NAMES = ("action", "rule", "before", "after", "status", "permitted", "verdict", "deviation", "withheld", "silent", "assumed")
ELIGIBLE = {
    "hes": True, "consent": True, "ecog": 1.0, "life-expectancy": 52.0, "bilirubin": 1.0, "creatinine": 1.0, "nyha": 1.0,
    "unmanageable-toxicity": False,
}  # fmt: skip
LIVER: dict[str, list[Any]] = {
    "alt": [30.0] * 3, "ast": [30.0] * 3, "alt.upper": [40.0] * 3, "ast.upper": [40.0] * 3, "bilirubin.upper": [1.2] * 3,
}  # fmt: skip


def columns(days: list[int], **more: list[Any]) -> dict[str, list[Any]]:
    """The visits of one patient who was eligible on the first day."""
    first = {name: [value] + [None] * (len(days) - 1) for name, value in ELIGIBLE.items()}
    return {"patient": ["a"] * len(days), "elapsed": [day * 1440 for day in days]} | first | more


def rows(found: Replayed) -> list[dict[str, Any]]:
    return [dict(zip(NAMES, one.said, strict=True)) | {"refused": one.refused} for one in found.decisions]


def test_a_course_without_a_library_of_columns() -> None:
    values = {"anc": [2.0, 0.5, 2.0], "platelets": [200.0] * 3, "toxicity": [0.0] * 3, "given": ["starting", "none", "starting"]}
    (found,) = replay_plain(IMATINIB, columns([0, 7, 14], **values, **LIVER))
    assert not found.by_reference
    assert [(row["action"], row["rule"], row["after"], row["deviation"]) for row in rows(found)] == [
        ("start", "start", "starting", None),
        ("hold", "hold-cytopenia", "none", None),
        ("resume", "resume-after-cytopenia", "starting", None),
    ]


def test_what_was_given_between_visits_and_what_is_left_out_of_it() -> None:
    values = {"anc": [2.0, 0.5, None], "given": ["starting", "starting", "none"]}
    (missed,) = replay_plain(IMATINIB, columns([0, 1, 2], **values))
    (met,) = replay_plain(IMATINIB, columns([0, 1, 2], **values, **{"dose only": [False, False, True]}))
    (followed,) = replay_plain(IMATINIB, columns([0, 1, 2], **values), follow="recommended")
    assert [rows(one)[1]["deviation"] for one in (missed, met, followed)] == ["hold missed", None, None]
    assert [row["assumed"] for row in rows(followed)] == [True] * 3


@pytest.mark.parametrize("name", ["imatinib-hes", "heparin-raschke", "cdiscpilot-xanomeline"])
def test_where_completions_are_too_many_the_reference_decides_and_that_is_said(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = protocol.load(name)
    visits = {"patient": ["a"] * 4, "elapsed": [0, 1440, 2880, 40320], "given": [spec.levels[0].name, None, "none", None]}
    visits |= {item.name: [None] * 4 for item in spec.inputs}
    (compiled,) = replay_plain(spec, visits)
    monkeypatch.setattr(view, "MOST_PARTS", 0)
    (left,) = replay_plain(spec, visits)
    assert (compiled.by_reference, left.by_reference) == (False, True)
    assert compiled.decisions == left.decisions


def test_simulated_courses_are_decided_as_the_table_of_them_is() -> None:
    pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")
    from tests.benchmarks import simulated

    table = simulated.visits(60)
    expected = protocol.replay_table(IMATINIB, table).to_pylist()
    found = [row for one in replay_plain(IMATINIB, table.to_pydict()) for row in rows(one)]
    assert found == [{name: row[name] for name in (*NAMES, "refused")} for row in expected]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_remembered_of_others_is_what_comes_of_going_alone(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")
    from tests.executors.test_columns import visits

    monkeypatch.setattr(chunk, "AT_ONCE", 20)
    random, remembered = Random(seed), 0
    for _ in range(16):
        spec = evolve(any_protocol(random.choice, tables=random.random() < 0.3), between_visits="wait")
        ready = walker(spec)
        if ready is None or ready.memory is None:
            continue
        for _ in range(2):
            table, follow = visits(random, spec, 12).to_pydict(), random.choice(("given", "given", "recommended"))
            found = list(replayed(ready, table, follow))
            alone = evolve(ready, memory=None)
            assert [one.decisions for one in found] == [one.decisions for one in replayed(alone, table, follow)]
            remembered += ready.memory is not None
    assert remembered > 2


def test_codes_that_no_rule_tells_apart_share_what_follows() -> None:
    ready = walker(IMATINIB)
    assert ready is not None
    frame = ready.tree.frame
    (hepatic,) = (rule.when for rule in frame.prepared.rules if rule.name == "hold-hepatic")
    alike = told_apart(frame, [node(frame, hepatic)])
    assert alike[frame.reading["alt", "ULN"]] == {
        **dict.fromkeys((0, 1), (0, 1)),  # at most 2.5, and at most 5 times the limit
        **dict.fromkeys((3, 4), (3, 4)),  # without a value that counts, and without its limit
    }
    assert frame.reading["anc", ""] not in alike
    table = {"patient": ["a", "b"], "elapsed": [0, 0]} | {name: [value] * 2 for name, value in ELIGIBLE.items()}
    list(replayed(ready, table | {"bilirubin": [1.0, 1.9]}))
    known = len(ready.tree.node_axis)
    list(replayed(ready, table | {"bilirubin": [1.9, 0.2], "bilirubin.upper": [1.2, 1.2]}))
    assert len(ready.tree.node_axis) == known


@pytest.mark.parametrize("seed", range(5))
def test_any_table_under_any_protocol_is_decided_as_by_the_reference(seed: int) -> None:
    pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")
    from protocol.executors import by_reference
    from tests.executors.test_columns import visits

    random, computed = Random(seed), 0
    while computed < 4:
        spec = any_protocol(random.choice, tables=random.random() < 0.3)
        spec = spec if random.random() < 0.2 else evolve(spec, between_visits="wait")
        table, follow = visits(random, spec, 12), random.choice(("given", "given", "recommended"))
        expected = by_reference.decisions(spec, table, follow).to_pylist()
        found = [row for one in replay_plain(spec, table.to_pydict(), follow=follow) for row in rows(one)]
        assert found == [{name: row[name] for name in (*NAMES, "refused")} for row in expected]
        computed += bool(spec.numbers)
