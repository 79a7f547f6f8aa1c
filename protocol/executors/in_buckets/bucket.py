"""How are the visits of one bucket replayed? From one Parquet file to another: the unit of work of every way to run many.

The same visits give the same bytes, whoever replays them, and after whatever else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.compute as compute
import pyarrow.parquet as parquet
from attrs import fields

from protocol.executors.columns import Follow, replay_table
from protocol.executors.in_buckets.codes import refusal
from protocol.executors.in_buckets.run_folder import NOT_DECIDABLE, Bucket, Counts, Done, Values, beside
from protocol.executors.in_buckets.sorted_visits import as_parquet
from protocol.executors.in_buckets.whole_files import content_of, of_content, put, put_value, value_in
from protocol.model.protocol import Protocol


def replay_bucket(
    protocol: Protocol, source: Path, target: Path, *, follow: Follow = "given", hear: Callable[[str], object] = len
) -> Done:
    """Replays the visits of one Parquet file, which holds all visits of each of its patients, and writes the decisions.

    Beside the target it writes what was done, last of all. Raises InputError where the visits cannot be used. ``hear`` is told
    how it was decided, which depends on the machine and is in no file.
    """
    content = _content(source)
    visits = _visits(content, source)
    decided = replay_table(protocol, visits, follow=follow)
    hear(((decided.schema.metadata or {}).get(b"decided") or b"").decode())
    decisions = in_one_form(decided)
    written = put(target, as_parquet(decisions))
    done = Done(of_content(content), written, len(decisions), counted(visits, decisions))
    put_value(beside(target), done)
    return done


def _content(source: Path) -> bytes:
    known = value_in(beside(source), Bucket)
    if known is not None:
        return content_of(source, known.visits)
    try:
        return source.read_bytes()
    except OSError as error:
        hint = "Every machine must see the folder under the same path."
        raise refusal("R001", f"cannot be read: {error.strerror or error}", hint, str(source)) from None


def _visits(content: bytes, source: Path) -> pyarrow.Table:
    try:
        schema = parquet.read_schema(pyarrow.BufferReader(content))
        texts = [field.name for field in schema if pyarrow.types.is_string(field.type)]
        return parquet.read_table(pyarrow.BufferReader(content), read_dictionary=texts)
    except (pyarrow.ArrowException, OSError) as error:
        said = str(error).split("\n")[0]
        raise refusal("R001", f"cannot be read: {said}", "Write the file again, or fetch it again.", str(source)) from None


def in_one_form(table: pyarrow.Table) -> pyarrow.Table:
    """The table with each dictionary in the order in which its texts come, so that it does not depend on other tables.

    How it was decided is left out for the same reason: it depends on what is installed, and on what was decided before.
    """
    table = table.replace_schema_metadata(None)
    for number, field in enumerate(table.schema):
        if pyarrow.types.is_dictionary(field.type):
            table = table.set_column(number, field, _renumbered(table[field.name]))
    return table.combine_chunks()


def _renumbered(column: pyarrow.ChunkedArray) -> pyarrow.Array:
    if column.num_chunks == 0:
        return pyarrow.array([], column.type)
    whole = column.unify_dictionaries().combine_chunks()
    whole = whole.combine_chunks() if isinstance(whole, pyarrow.ChunkedArray) else whole
    used = compute.unique(whole.indices).drop_null()
    indices = compute.index_in(whole.indices, used).cast(whole.indices.type)
    return pyarrow.DictionaryArray.from_arrays(indices, whole.dictionary.take(used))


# What was counted


def counted(visits: pyarrow.Table, decisions: pyarrow.Table) -> Counts:
    """What a table of decisions comes to."""
    kinds = decisions["deviation"].cast(pyarrow.string())
    deviating = decisions.filter(compute.not_equal(kinds, NOT_DECIDABLE))["patient"]  # a null is left out
    found: dict[str, Any] = {
        "visits": len(visits),
        "patients": len(visits["patient"].unique()),
        "decisions": len(decisions),
        "patients_with_deviations": len(deviating.unique()),
        "refused_readings": compute.sum(decisions["refused"]).as_py() or 0,
        "in_time": _in_time(decisions),
    }
    found |= {name: compute.sum(decisions[name]).as_py() or 0 for name in ("withheld", "silent", "assumed")}
    found |= {name: _values(decisions[name]) for name in ("status", "action", "verdict", "deviation")}
    return Counts(**found)


def _in_time(decisions: pyarrow.Table) -> int:
    """At how many visits what was given was not permitted, and yet no deviation."""
    without = decisions.filter(compute.is_null(decisions["deviation"]))
    return dict(_values(without["verdict"])).get("none", 0)


def _values(column: pyarrow.ChunkedArray) -> Values:
    counts: list[dict[str, Any]] = compute.value_counts(column.drop_null()).to_pylist()
    return tuple(sorted((one["values"], one["counts"]) for one in counts))


def added(several: Sequence[Counts]) -> Counts:
    """The counts of several buckets together; no patient is in two of them."""
    found: dict[str, Any] = {field.name: _sum([getattr(one, field.name) for one in several]) for field in fields(Counts)}
    return Counts(**found)


def _sum(several: Sequence[int] | Sequence[Values]) -> int | Values:
    total: Counter[str] = Counter()
    for one in several:
        total.update(dict(one) if isinstance(one, tuple) else {"": one})
    return tuple(sorted(total.items())) if isinstance(several[0], tuple) else total[""]
