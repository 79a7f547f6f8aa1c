"""Many courses at once, against the same rules written by hand in C; first that both decide alike, then what each costs."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import pytest

import protocol

pytest.importorskip("numpy", reason="tables need the extra 'bulk'")
arrow = pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")

from tests.benchmarks import by_hand, simulated  # noqa: E402 - they import the extra

IMATINIB = protocol.load("imatinib-hes")


@pytest.fixture(scope="module")
def in_c(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The C function."""
    if by_hand.compiler() is None:
        pytest.skip("no C compiler")
    return by_hand.built(tmp_path_factory.mktemp("c"))


def test_the_same_seed_gives_the_same_courses_with_twelve_visits_on_average() -> None:
    table = simulated.visits(2_000)
    assert table.equals(simulated.visits(2_000)) and not table.equals(simulated.visits(2_000, seed=1))
    assert 11.7 < table.num_rows / 2_000 < 12.3


def test_the_rules_by_hand_decide_as_the_reference_does(in_c: Any, tmp_path: Path) -> None:
    table = simulated.visits(80)
    run = by_hand.Run(IMATINIB, table)
    in_c(ctypes.byref(run.struct))
    mine, theirs = run.columns(IMATINIB), protocol.replay_table(IMATINIB, table).to_pydict()
    assert {name: theirs[name] for name in mine} == mine
