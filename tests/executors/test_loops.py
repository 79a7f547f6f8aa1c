"""The loops over columns where they could go wrong by themselves: beside constants, far away in time, and among many at once."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve

import protocol
from protocol.commands import compiling
from tests.executors.test_columns import differences, visits

pytest.importorskip("numba", reason="the loops over columns need the extra 'bulk'")
arrow = pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")

import numpy as np  # noqa: E402 - it is of the extra

from protocol.executors import by_columns  # noqa: E402
from protocol.executors.columnar import columns_code, following_code, kept, keys, letters, replayed, room  # noqa: E402
from protocol.executors.columnar.rows_code import ASK, exactly  # noqa: E402
from protocol.executors.visits_table import checked  # noqa: E402
from protocol.model.protocol import fingerprint  # noqa: E402
from tests.benchmarks import simulated  # noqa: E402

IMATINIB = protocol.load("imatinib-hes")
HALVES = np.array([(3, 2, 0), (3, 1, 1)])
"""From 1.5 times a limit on, and beyond 3 times."""


@pytest.mark.parametrize(
    ("value", "limit", "cell"),
    [(1.5, 1.0, 1), (1.4999, 1.0, 0), (3.0, 1.0, 1), (3.0001, 1.0, 2), (0.33, 0.22, 1), (0.9, 0.3, 1), (0.6, 0.2, 1)],
)
def test_quotients_beside_a_constant_are_those_of_the_decimals(value: float, limit: float, cell: int) -> None:
    assert exactly(value, limit, HALVES) == cell


def test_what_has_more_decimals_than_are_counted_is_asked_of_exact_numbers() -> None:
    assert exactly(0.100005, 0.06667, HALVES) == exactly(1e13, 1.0, HALVES) == ASK
    assert exactly(1.5, 1.0, np.array([(0, 0, 0)])) == ASK


def shifted(rows: Any, minutes: int) -> Any:
    """The same visits, later."""
    place = rows.column_names.index("elapsed")
    return rows.set_column(place, "elapsed", arrow.array([time + minutes for time in rows["elapsed"].to_pylist()], arrow.int64()))


@pytest.mark.parametrize("minutes", [0, 1 << 29, 9 * 10**9])
def test_visits_that_are_far_from_the_first_dose_are_decided_alike(minutes: int) -> None:
    assert not differences(IMATINIB, shifted(visits(Random(4), IMATINIB, 30), minutes))


def test_more_rows_than_are_read_at_once_are_decided_alike_from_wherever_they_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = checked(IMATINIB, simulated.visits(500, seed=9).slice(13))
    assert rows.num_rows > columns_code.ROWS
    whole = by_columns.decisions(IMATINIB, rows)
    monkeypatch.setattr(replayed, "AT_ONCE", 777)
    assert by_columns.decisions(IMATINIB, rows).equals(whole)


def test_keys_of_several_words_tell_the_same_rows_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_OF_LANES", 10)
    spec = evolve(IMATINIB, title="The same with keys of several words")
    assert not differences(spec, visits(Random(8), spec, 25))
    assert len(by_columns._READY[fingerprint(spec)].asks.words) > 4


def test_no_row_that_is_none_is_written_behind_the_memory_of_wide_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are taken in blocks, so that up to seven more are written; behind what was asked for stands what must stay."""
    behind = []

    def guarded(size: int, kind: Any) -> Any:
        whole: Any = np.ones(size + 1_000, kind)
        behind.append(whole[size:])
        return whole[:size]

    monkeypatch.setattr(keys, "_OF_LANES", 3)
    monkeypatch.setattr(replayed, "_ROOM", room.Room())
    monkeypatch.setattr(room, "np", SimpleNamespace(empty=guarded))
    spec = evolve(IMATINIB, title="The same with a word for each input")
    rows = visits(Random(8), spec, 25)
    by_columns.decisions(spec, rows.slice(0, rows.num_rows - (rows.num_rows - 1) % 8))
    assert len(by_columns._READY[fingerprint(spec)].asks.words) > 10
    assert all((one == 1).all() for one in behind)


def test_more_letters_than_there_is_room_for_are_forgotten_and_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "_MOST", 1)
    monkeypatch.setattr(letters, "_FEW", 4)
    spec = evolve(IMATINIB, title="The same by another name, so that nothing was grown")
    for seed in range(3):
        assert not differences(spec, visits(Random(seed), spec, 40))


def test_it_is_said_once_on_a_terminal_that_loops_are_compiled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    is_terminal = True
    monkeypatch.setattr(compiling.sys, "stderr", SimpleNamespace(isatty=lambda: is_terminal))
    monkeypatch.setattr(compiling.click, "echo", lambda text, err: print(text))
    monkeypatch.setattr(kept, "are_kept", lambda: False)
    compiling.tell_of_compiling(protocol.load("heparin-raschke"))
    assert capsys.readouterr().out == ""
    compiling.tell_of_compiling(IMATINIB)
    assert capsys.readouterr().out == f"{compiling.COMPILING}\n"
    is_terminal = False
    compiling.tell_of_compiling(IMATINIB)
    is_terminal = True
    monkeypatch.setattr(kept, "are_kept", lambda: True)
    compiling.tell_of_compiling(IMATINIB)
    assert capsys.readouterr().out == ""


def test_what_was_compiled_is_kept() -> None:
    differences(IMATINIB, visits(Random(1), IMATINIB, 2))
    assert kept.are_kept() is bool(following_code.follow.stats.cache_path)
    assert kept.are_kept() or not os.access(Path(following_code.__file__).parent, os.W_OK)
