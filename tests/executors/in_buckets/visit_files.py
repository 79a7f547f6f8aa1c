"""Made-up visits in files, many of them, for what is done with files of visits; and what of a folder a reader sees."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from protocol.language.from_yaml import parse
from tests.test_cli import SPEC

SMALL = parse(SPEC)
DOSES = ("starting", "escalated", "none", "unknown", None)


def visits(patients: int = 12, seed: int = 1) -> Any:
    """A table of visits, sorted by patient and time."""
    import pyarrow

    choose = Random(seed).choice
    rows = [
        {
            "patient": f"patient {number:06}", "elapsed": week * 10080, "anc": choose((None, 0.4, 1.2, 4.0)),
            "platelets": choose((None, 30.0, 160.0)), "response": choose((None, "none", "complete")), "given": choose(DOSES),
        }
        for number in range(patients)
        for week in range(choose((1, 3, 6)))
    ]  # fmt: skip
    return pyarrow.Table.from_pylist(rows)


def written(file: Path, table: Any) -> Path:
    """The rows of a table in a file, in no order."""
    import pyarrow.parquet

    order = list(range(len(table)))
    Random(7).shuffle(order)
    pyarrow.parquet.write_table(table.take(order), file)
    return file


def content(folder: Path) -> dict[str, bytes]:
    """All that a reader of the folder sees."""
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("[!.]*") if one.is_file()}


def decisions(folder: Path) -> list[dict[str, Any]]:
    """All decisions in the folder, file by file."""
    import pyarrow.parquet

    files = sorted((folder / "decisions").glob("*.parquet"))
    return [row for one in files for row in pyarrow.parquet.read_table(one).to_pylist()]
