"""Random tables under any protocol, one row after the other: `SOAK=1 SOAK_CASES=2000 SOAK_SEED=7 pytest -m soak tests/soak`."""

from __future__ import annotations

import os
import secrets
from random import Random

import pytest
from attrs import evolve

from protocol.executors.plain import replay_plain
from protocol.testing.protocols import any_protocol
from tests.executors.test_plain import NAMES, rows

pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")

from protocol.executors import by_reference
from tests.executors.test_columns import visits


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
def test_any_table_is_decided_without_a_library_of_columns_as_by_the_reference() -> None:
    seed = os.environ.get("SOAK_SEED") or secrets.token_hex(4)
    print(f"\nseed {seed}")
    for case in range(int(os.environ.get("SOAK_CASES", "1000"))):
        random = Random(f"{seed}-{case}")
        spec = any_protocol(random.choice, tables=random.random() < 0.3)
        spec = spec if random.random() < 0.2 else evolve(spec, between_visits="wait")
        table, follow = visits(random, spec, 30), random.choice(("given", "given", "recommended"))
        expected = by_reference.decisions(spec, table, follow).to_pylist()
        found = [row for one in replay_plain(spec, table.to_pydict(), follow=follow) for row in rows(one)]
        assert found == [{name: row[name] for name in (*NAMES, "refused")} for row in expected], f"seed {seed}, case {case}"
