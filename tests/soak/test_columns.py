"""Random tables under random protocols, over columns: `SOAK=1 SOAK_CASES=2000 SOAK_SEED=7 pytest -m soak tests/soak`."""

from __future__ import annotations

import os
import secrets
from random import Random

import pytest

pytest.importorskip("numpy", reason="tables need the extra 'bulk'")
pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")

from protocol.model.guard import Clock, Ratio, Tracked, Value
from tests.executors.test_columns import WAYS, differences, fitting, take, visits


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
@pytest.mark.parametrize("way", WAYS)
def test_any_table_is_decided_over_columns_as_by_the_reference(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    take(way, monkeypatch)
    seed = os.environ.get("SOAK_SEED") or secrets.token_hex(4)
    print(f"\nseed {seed}")
    for case in range(int(os.environ.get("SOAK_CASES", "100"))):
        random = Random(f"{seed}-{case}")
        spec, follow = (
            fitting(random, random.choice((object, Value, Ratio, Clock, Tracked))),
            random.choice(("given", "given", "recommended")),
        )
        for patients in (20, random.choice((1, 5, 40))):  # as trees grow, and in trees that have grown
            assert not differences(spec, visits(random, spec, patients), follow), f"seed {seed}, case {case}"
