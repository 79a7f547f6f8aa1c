"""What is remembered decides as going alone does: `SOAK=1 SOAK_CASES=500 SOAK_SEED=7 pytest -m soak tests/soak/test_lanes.py`."""

from __future__ import annotations

import os
import secrets
from random import Random

import pytest
from attrs import evolve

from protocol.executors.plain import replayed, walker
from protocol.testing.protocols import any_protocol

pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")

from tests.executors.test_columns import visits


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
def test_what_is_remembered_of_others_is_what_comes_of_going_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protocol.executors.lanes.chunk.AT_ONCE", 50)
    seed, compared = int(os.environ.get("SOAK_SEED") or secrets.randbelow(10**9)), 0
    print(f"\nseed {seed}")
    for number in range(int(os.environ.get("SOAK_CASES", "200"))):
        random = Random(seed + number)
        spec = evolve(any_protocol(random.choice, tables=random.random() < 0.3), between_visits="wait")
        ready = walker(spec)
        if ready is None or ready.memory is None:
            continue
        for _ in range(3):
            table, follow = visits(random, spec, 25).to_pydict(), random.choice(("given", "given", "recommended"))
            found = [one.decisions for one in replayed(ready, table, follow)]
            assert found == [one.decisions for one in replayed(evolve(ready, memory=None), table, follow)], seed + number
            compared += ready.memory is not None
    print(f"{compared} tables")
    assert compared
