"""Over columns patients are decided as by the reference, in loops and in rounds, whatever a tracker remembers and however many
visits there are."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from protocol.language.from_yaml import parse
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.protocol import Protocol
from protocol.model.regimen import regimen
from protocol.model.time import DAY
from tests.executors.visits import table

np = pytest.importorskip("numpy", reason="tables need the extra 'bulk'")
pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")

from protocol.executors import by_columns, by_reference  # noqa: E402 - they import the extra
from protocol.executors.columnar.keys import Crowded  # noqa: E402
from protocol.executors.in_rounds.interned import NEW, Table  # noqa: E402
from protocol.executors.visits_table import checked  # noqa: E402

SPEC = """
protocol: remembered
version: "1"
time: days
doses: {low: 100 mg every day, middle: 200 mg every day, high: 400 mg every day}
inputs:
  response: {choice: [none, partial], valid for: 6 days}
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 3 days}
  alt: {unit: U/L, plausible: 0 to 20000, valid for: 40 days}
  rash: {yes or no, valid for: 4 days}
  consent: {yes or no, fixed: yes}
trackers:
  falls: {episodes of: "anc < 1.0", until: "anc >= 1.5"}
  in-a-row: {consecutive: "rash", measured only: yes}
  ever: {episodes of: "rash", from baseline: yes}
  itching: {time since: "rash", until: "anc >= 1.5"}
  noticed: {time since: "alt > 3 x ULN", measured only: yes}
  low: {duration of: "anc < 1.5"}
  long: {duration of: "rash or anc < 1.5", measured only: yes}
  nadir: {lowest: anc}
  peak: {highest: alt, measured only: yes}
sources: {ours: "made for a test"}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: consent, must: start at low, source: ours}
  stop: {in: on treatment, when: "falls >= 3 or peak > 500", must: stop, source: ours}
  hold: {in: on treatment, when: "anc < 1.0 or alt > 5 x ULN", must: hold, source: ours}
  hold-long: {in: on treatment, when: "low >= 3 days and ever >= 1", must: hold, source: ours}
  hold-itching: {in: on treatment, when: "itching < 2 days and long >= 5 days", must: hold, source: ours}
  hold-noticed: {in: on treatment, when: "noticed < 5 days and in-a-row >= 2", must: hold, source: ours}
  resume: {in: held, when: "anc >= 1.5 and nadir >= 0.5", must: resume at the same level, source: ours}
  resume-lower: {in: held, when: "anc >= 1.5", must: resume at low, source: ours}
  raise-later: {in: on treatment at low, when: "response is none and time since start >= 7 days", must: escalate, source: ours}
  down: {in: on treatment at high, when: "response is partial and time on treatment >= 9 days", may: reduce by 2, source: ours}
"""
DOSES = [*(Given("regimen", regimen(f"{amount} mg every day")) for amount in (100, 100, 200, 400, 300)), Given("none"),
         Given("none"), Given("unknown"), *[None] * 4]  # fmt: skip
VALUES: dict[str, tuple[Any, ...]] = {
    "response": ("none", "none", "partial", None),
    "anc": ("0.4", "1.2", "2", "2", "2", "2", None),
    "alt": ("20", "50", "130", "200.5", "30000", None),
    "rash": ("no", "no", "yes", None),
    "consent": ("yes", "yes", "yes", "no"),
}


def drawn(random: Random, name: str, visits: int) -> Course:
    """A course of so many visits, most of them one to four days apart."""
    found, day = [], random.choice((0, 0, -3))
    for _ in range(visits):
        observed = tuple(_observed(random, one) for one in VALUES if random.random() < 0.5)
        found.append(Visit(day * DAY, observed, Given("stopped") if random.random() < 0.01 else random.choice(DOSES)))
        day += random.choice((1, 1, 2, 2, 3, 4, 30))
    return Course(name, tuple(found))


def _observed(random: Random, name: str) -> Observation:
    value = random.choice(VALUES[name])
    has_limit = name == "alt" and value is not None and random.random() < 0.8
    return Observation(name, value, upper=random.choice(("40", "45")) if has_limit else None)


def drawn_table(seed: int, *visits: int) -> tuple[Protocol, Any]:
    """The protocol, and a table with a patient of so many visits each."""
    spec, random = parse(SPEC), Random(seed)
    return spec, checked(spec, table(spec, (drawn(random, f"patient {n}", one) for n, one in enumerate(visits))))


@pytest.fixture(params=(True, False), ids=("loops", "rounds"))
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """In which way columns are decided, with trees that nobody has grown yet."""
    has_loops: bool = request.param
    if has_loops:
        pytest.importorskip("numba", reason="the loops over columns need the extra 'bulk'")
    monkeypatch.setattr(by_columns, "_READY", {})
    monkeypatch.setattr(by_columns, "has_loops", lambda: has_loops)
    return f"in {'loops' if has_loops else 'rounds'} over columns"


@pytest.mark.parametrize("follow", ("given", "recommended"))
def test_all_that_trackers_remember_is_remembered_as_by_the_reference(way: str, follow: str) -> None:
    spec, rows = drawn_table(7, *range(1, 15), 1, 3, 20)
    for _ in range(2):  # as trees grow, and in trees that have grown
        found = by_columns.decisions(spec, rows, follow)
        assert found.schema.metadata[b"decided"].decode() == way
        assert found.equals(by_reference.decisions(spec, rows, follow))
    assert {"start", "hold", "continue"} <= {*found["action"].to_pylist()} and any(found["refused"].to_pylist())


@pytest.mark.usefixtures("way")
def test_patients_with_very_many_visits_are_decided_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protocol.executors.in_rounds.replayed._FEW", 0)
    spec, rows = drawn_table(8, 5, 130, 2, 40)
    assert by_columns.decisions(spec, rows).equals(by_reference.decisions(spec, rows))


def test_very_few_patients_go_one_row_after_the_other_and_the_trees_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_columns, "_READY", {})
    monkeypatch.setattr(by_columns, "has_loops", lambda: False)
    for visits, way in (((3,) * 8, "in rounds over"), ((9, 2), "one row after"), ((8,) * 12, "in rounds over")):
        spec, rows = drawn_table(sum(visits), *visits)
        found = by_columns.decisions(spec, rows)
        assert found.schema.metadata[b"decided"].decode().startswith(way)
        assert found.equals(by_reference.decisions(spec, rows))


def test_patients_of_whom_too_much_is_missing_are_left_to_the_reference(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protocol.executors.compiled.view.MOST_PARTS", 3)
    spec, rows = drawn_table(9, 6, 5, 8, 7, 8, 5, 7)
    found = by_columns.decisions(spec, rows)
    assert found.schema.metadata[b"decided"].decode().startswith(f"{way}; ")
    assert found.equals(by_reference.decisions(spec, rows))


# The table of keys


@pytest.mark.parametrize("words", (1, 2, 3))
def test_a_key_has_the_value_that_was_given_to_it_whatever_else_is_in_the_table(words: int) -> None:
    random, found, known = np.random.default_rng(words), Table(words, 2), dict[tuple[int, ...], int]()
    for size in (1, 5, 3_000, 40, 20_000):
        keys = random.integers(0, 60, (size, words)).astype(np.uint64) << np.uint64(random.integers(0, 50))
        values, rows = found.find(keys)
        expected = [known.get(tuple(key), NEW) for key in keys.tolist()]
        assert values.tolist() == expected
        for key, row in zip(keys.tolist(), rows.tolist(), strict=True):
            found.values[row] = known.setdefault(tuple(key), len(known))
    assert found.size == len(known)


def test_a_key_that_looks_like_an_empty_row_is_refused() -> None:
    with pytest.raises(Crowded):
        Table(2).find(np.array([[2**64 - 1, 3]], np.uint64))
