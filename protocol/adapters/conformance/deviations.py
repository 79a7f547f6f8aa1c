"""The deviations of a replay as a table: one row for each, as CSV, JSON or Parquet."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from protocol.adapters.phrases import say_date
from protocol.adapters.to_json import document
from protocol.errors import ExtraMissing, NotationError
from protocol.model.decision import Deviation, Step, Trace
from protocol.model.protocol import Protocol, fingerprint

FORMAT = "protocol-deviations/1"
SUFFIXES = (".csv", ".json", ".parquet")

Row = dict[str, Any]
Cell = Callable[[Trace, Step, Deviation], Any]

COLUMNS: tuple[tuple[str, str, Cell], ...] = (
    ("course", "the course's name", lambda trace, step, one: trace.course),
    ("minutes", "time of the visit, in minutes since the first dose", lambda trace, step, one: step.visit.time),
    ("time", "the time as a day", lambda trace, step, one: say_date(step.visit)),
    ("deviation", "its kind", lambda trace, step, one: one.kind),
    ("certain", "false: not decidable, because something is missing", lambda trace, step, one: one.is_certain),
    ("message", "what was given and what is recommended, in words", lambda trace, step, one: one.message),
    ("dose before", "dose in force before the visit", lambda trace, step, one: str(step.decision.before.dose)),
    ("given", "what was given from the visit on", lambda trace, step, one: str(step.visit.given or "")),
    ("dose after", "the dose that this is", lambda trace, step, one: str(step.state.dose)),
    ("recommended dose", "the dose that was recommended", lambda trace, step, one: str(step.decision.after.dose)),
    ("action", "the recommended action", lambda trace, step, one: step.decision.action),
    ("status", "decided, provisional or undecided", lambda trace, step, one: step.decision.status),
    ("rule", "the rule that gave it", lambda trace, step, one: step.decision.rule),
    ("source", "the source of the rule", lambda trace, step, one: _source(step)),
    ("depends on", "missing values on which the verdict depends", lambda trace, step, one: _needs(step)),
    ("row", "the row of the course's file", lambda trace, step, one: step.visit.row),
)


def rows(traces: Iterable[Trace]) -> Iterator[Row]:
    """One row for each deviation, by the names of the columns."""
    for trace in traces:
        for step in trace.steps:
            for one in step.deviations:
                yield {name: cell(trace, step, one) for name, _, cell in COLUMNS}


def _source(step: Step) -> str:
    source = step.decision.source
    return str(source or "")


def _needs(step: Step) -> str:
    if step.verdict is None:
        return ""
    date = ("the date",) if step.verdict.depends_on_date else ()
    return "; ".join((*date, *(need.name for need in step.verdict.needs)))


def check_file(file: Path) -> None:
    """Raises NotationError for a file of another form, and ExtraMissing where what writes it is not installed."""
    if file.suffix not in SUFFIXES:
        raise NotationError(f"'{file}' has no form in which deviations are written", f"End it in {', '.join(SUFFIXES)}.")
    if file.suffix == ".parquet" and find_spec("pyarrow") is None:
        raise ExtraMissing("a Parquet file", "pyarrow", "bulk")


def write(traces: Iterable[Trace], protocol: Protocol, file: Path) -> int:
    """Writes the deviations in the form that the file's ending says, whole or not at all; says how many there are."""
    check_file(file)
    listed = list(rows(traces))
    forms = {".csv": _csv, ".json": _json, ".parquet": _parquet}
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(forms[file.suffix](listed, protocol))
        unfinished.replace(file)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise NotationError(f"'{file}' cannot be written: {error.strerror or error}", "Give another place.") from None
    return len(listed)


def _csv(listed: list[Row], protocol: Protocol) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, [name for name, _, _ in COLUMNS], lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "certain": "yes" if row["certain"] else "no"} for row in listed)
    return text.getvalue().encode()


def _json(listed: list[Row], protocol: Protocol) -> bytes:
    which = {"protocol": protocol.name, "version": protocol.version, "fingerprint": fingerprint(protocol)}
    return f"{document(FORMAT, {**which, 'deviations': listed})}\n".encode()


def _parquet(listed: list[Row], protocol: Protocol) -> bytes:
    import pyarrow
    from pyarrow import parquet

    kinds = {"minutes": pyarrow.int64(), "certain": pyarrow.bool_()}
    schema = pyarrow.schema([(name, kinds.get(name, pyarrow.string())) for name, _, _ in COLUMNS])
    which = {"protocol": protocol.name, "version": protocol.version, "fingerprint": fingerprint(protocol)}
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_pylist(listed, schema.with_metadata(which)), sink)
    return bytes(sink.getvalue())
