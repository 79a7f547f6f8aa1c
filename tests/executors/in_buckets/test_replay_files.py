"""Files of visits are replayed as one table is, into the same bytes whoever does it and however often it was stopped."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

import protocol
from protocol.errors import InputError
from protocol.executors.in_buckets.replay_files import Means, _undisturbed, replay_files
from tests.executors.in_buckets.visit_files import SMALL, content, decisions, visits, written

arrow = pytest.importorskip("pyarrow", reason="files of visits need the extra 'bulk'")
pytest.importorskip("duckdb", reason="files of visits need the extra 'bulk'")
parquet: Any = pytest.importorskip("pyarrow.parquet", reason="files of visits need the extra 'bulk'")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # To wait for the disk is what takes longest, and nothing here pulls the plug.
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    return written(tmp_path / "visits.parquet", visits())


# What comes out


def test_the_decisions_are_those_of_one_table_each_with_its_file_and_row(file: Path, tmp_path: Path) -> None:
    done = replay_files(SMALL, [file], tmp_path / "out", buckets=3)
    found = decisions(tmp_path / "out")
    rows = {(row["patient"], row["elapsed"]): number for number, row in enumerate(parquet.read_table(file).to_pylist(), 1)}
    expected = [
        {**row, "source": "visits.parquet", "row": rows[row["patient"], row["elapsed"]]}
        for row in protocol.replay_table(SMALL, visits()).to_pylist()
    ]
    assert found == [{name: row[name] for name in found[0]} for row in expected]
    assert len(done.buckets) == 3 and done.counts.visits == len(rows) == done.counts.decisions
    assert done.counts.deviations == sum(row["deviation"] is not None for row in found) > 0


def test_however_many_buckets_the_rows_and_the_counts_are_the_same(file: Path, tmp_path: Path) -> None:
    done = {number: replay_files(SMALL, [file], tmp_path / str(number), buckets=number) for number in (1, 4, 100)}
    assert len({json.dumps(decisions(tmp_path / str(number))) for number in done}) == 1
    assert len({one.counts for one in done.values()}) == 1
    assert [len(one.buckets) for one in done.values()] == [1, 4, 12]  # no bucket has a part of a patient


def test_two_processes_write_the_same_bytes_as_one(file: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        replay_files(SMALL, [file], tmp_path / str(number), buckets=4, means=Means(workers=number))
    assert content(tmp_path / "1") == content(tmp_path / "2")


def test_the_way_in_which_it_is_decided_is_told_and_makes_no_difference_to_the_bytes(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from protocol.executors import by_reference
    from protocol.executors.in_buckets import bucket
    from protocol.executors.visits_table import checked

    def slowly(protocol: Any, table: Any, *, follow: str) -> Any:
        found = by_reference.decisions(protocol, checked(protocol, table), follow)
        return found.replace_schema_metadata({"decided": "slowly"})

    quick, slow = list[str](), list[str]()
    replay_files(SMALL, [file], tmp_path / "quick", buckets=2, means=Means(hear=quick.append))
    monkeypatch.setattr(bucket, "replay_table", slowly)
    replay_files(SMALL, [file], tmp_path / "slow", buckets=2, means=Means(hear=slow.append))
    assert content(tmp_path / "quick") == content(tmp_path / "slow")
    assert slow == ["slowly", "slowly"] != quick and all(quick)


def test_a_folder_of_files_is_as_one_file_and_each_row_says_from_which_it_comes(file: Path, tmp_path: Path) -> None:
    from protocol.executors.in_buckets.visit_files import found

    (tmp_path / "parts").mkdir()
    whole = parquet.read_table(file)
    columns = whole.column_names
    parquet.write_table(whole.slice(0, 20), tmp_path / "parts" / "a'[1]*.parquet")
    parquet.write_table(whole.slice(20).select(columns[::-1]), tmp_path / "parts" / "b.parquet")
    (tmp_path / "parts" / "_c.parquet").write_text("not for readers")
    replay_files(SMALL, [file], tmp_path / "one", buckets=2)
    replay_files(SMALL, found([tmp_path / "parts"]), tmp_path / "two", buckets=2)
    one, two = decisions(tmp_path / "one"), decisions(tmp_path / "two")
    names = ("a'[1]*.parquet", "b.parquet")
    places = [(names[row["row"] > 20], row["row"] - 20 * (row["row"] > 20)) for row in one]
    assert places == [(row["source"], row["row"]) for row in two]
    assert [row | {"source": "", "row": 0} for row in one] == [row | {"source": "", "row": 0} for row in two]


def test_columns_that_say_where_a_row_comes_from_and_columns_of_nothing_are_kept_as_they_are(tmp_path: Path) -> None:
    columns = {"patient": ["b", "a"], "elapsed": [0, 0], "source": ["lb.xpt", "ex.xpt"], "row": [7, 9]}
    table = arrow.table({**columns, "response": arrow.nulls(2)})
    parquet.write_table(table, tmp_path / "visits.parquet")
    replay_files(SMALL, [tmp_path / "visits.parquet"], tmp_path / "out")
    found = [(row["patient"], row["source"], row["row"]) for row in decisions(tmp_path / "out")]
    assert found == [("a", "ex.xpt", 9), ("b", "lb.xpt", 7)]


def test_visits_that_stand_in_order_are_taken_as_they_stand_to_the_same_bytes(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from protocol.executors.in_buckets import in_order, sorted_visits

    table = visits(20)
    table = table.set_column(0, "patient", table["patient"].dictionary_encode())
    table = table.set_column(4, "response", arrow.nulls(len(table)))
    files = [tmp_path / name for name in ("a.parquet", "b.parquet", "c.parquet")]
    for one, begin, end in zip(files, (0, 33, 33), (33, 33, len(table)), strict=True):
        parquet.write_table(table.slice(begin, end - begin), one)
    assert in_order.are_in_order(files) and not in_order.are_in_order(files[::-1]) and not in_order.are_in_order([file])
    monkeypatch.setattr(in_order, "_AT_ONCE", 7)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        killed_at(patch, 5, half=False)
        replay_files(SMALL, files, tmp_path / "taken", buckets=4)
    replay_files(SMALL, files, tmp_path / "taken", buckets=4)
    monkeypatch.setattr(sorted_visits, "are_in_order", lambda files: False)
    replay_files(SMALL, files, tmp_path / "sorted", buckets=4)
    assert content(tmp_path / "taken") == content(tmp_path / "sorted")


def test_of_no_visits_there_are_no_decisions(tmp_path: Path) -> None:
    parquet.write_table(visits().slice(0, 0), tmp_path / "visits.parquet")
    done = replay_files(SMALL, [tmp_path / "visits.parquet"], tmp_path / "out")
    assert (done.counts.visits, decisions(tmp_path / "out"), len(done.buckets)) == (0, [], 1)


# Stopped, and run again


def test_when_all_is_done_nothing_else_is_left_and_nothing_is_done_again(file: Path, tmp_path: Path) -> None:
    done = replay_files(SMALL, [file], tmp_path / "out", buckets=2)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    assert sorted(content(tmp_path / "out")) == [
        "decisions/00000.parquet", "decisions/00001.parquet", "decisions/_00000.json", "decisions/_00001.json",
        "manifest.json", "run.json",
    ]  # fmt: skip
    assert replay_files(SMALL, [file], tmp_path / "out") == done
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == before


@pytest.mark.parametrize("name", ["decisions/00002.parquet", "decisions/_00000.json", "manifest.json"])
@pytest.mark.parametrize("damage", [b"", b"{}", None])
def test_what_is_damaged_or_lost_is_made_again(name: str, damage: bytes | None, file: Path, tmp_path: Path) -> None:
    replay_files(SMALL, [file], tmp_path / "out", buckets=3)
    whole = content(tmp_path / "out")
    if damage is None:
        (tmp_path / "out" / name).unlink()
    else:
        (tmp_path / "out" / name).write_bytes(damage)
    replay_files(SMALL, [file], tmp_path / "out")
    assert content(tmp_path / "out") == whole


class Killed(BaseException):
    """As if the process had ended."""


def killed_at(patch: pytest.MonkeyPatch, number: int, half: bool) -> None:
    """The process ends when it writes its file of this number: before the file is in its place, or just after."""
    counted, replace = iter(range(10**6)), Path.replace

    def replaced(path: Path, target: Path) -> Path:
        if next(counted) != number:
            return replace(path, target)
        if half:
            path.write_bytes(path.read_bytes()[:20])
        else:
            replace(path, target)
        raise Killed

    patch.setattr(Path, "replace", replaced)


@pytest.mark.parametrize("half", [True, False])
def test_killed_at_any_file_it_goes_on_to_the_same_bytes(
    half: bool, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay_files(SMALL, [file], tmp_path / "whole", buckets=2)
    # The run, two files of visits and what each holds, all of these; two of decisions and what was done; the manifest.
    for number in range(11):
        folder = tmp_path / str(number)
        with monkeypatch.context() as patch, pytest.raises(Killed):
            killed_at(patch, number, half)
            replay_files(SMALL, [file], folder, buckets=2)
        replay_files(SMALL, [file], folder, buckets=2)
        assert content(folder) == content(tmp_path / "whole")
        assert not list(folder.rglob(".*.new"))


def test_killed_again_and_again_it_comes_to_an_end(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = 0
    while True:
        runs += 1
        with monkeypatch.context() as patch:
            killed_at(patch, 1, half=False)
            try:
                replay_files(SMALL, [file], tmp_path / "out", buckets=2)
            except Killed:
                continue
            break
    assert runs == 7


# What is refused


def refused(*arguments: Any, **options: Any) -> str:
    with pytest.raises(InputError) as error:
        replay_files(*arguments, **options)
    return str(error.value)


def test_another_replay_does_not_go_on_in_its_folder(file: Path, tmp_path: Path) -> None:
    replay_files(SMALL, [file], tmp_path / "out", buckets=2)
    other = written(tmp_path / "others.parquet", visits(seed=2))
    for said, files, options in (
        (f"of visits.parquet ({len(visits())} rows, sha256 ", [other], {}),
        ("), and this is 2 files (", [file, other], {}),
        ("in buckets: 2, and this is 3", [file], {"buckets": 3}),
        ("following what was given, and this is recommended", [file], {"follow": "recommended"}),
    ):
        text = refused(SMALL, files, tmp_path / "out", **options)
        assert "error R004: the folder holds another replay: " in text and said in text
    assert "of small 1.0 (fingerprint" in refused(protocol.load("imatinib-hes"), [file], tmp_path / "out")


def test_a_run_does_not_go_on_with_other_files_of_the_program(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = replay_files(SMALL, [file], tmp_path / "out")
    assert len(made.run.program) == 16
    monkeypatch.setattr("protocol.executors.in_buckets.replay_files.source", lambda: "0123456789abcdef" * 4)
    text = refused(SMALL, [file], tmp_path / "out")
    assert f"made by a program with the fingerprint {made.run.program}, and this is 0123456789abcdef" in text
    assert "version" not in text


def test_which_mapping_made_the_visits_is_kept_and_their_content_compared_with_its_manifest(file: Path, tmp_path: Path) -> None:
    content = hashlib.sha256(file.read_bytes()).hexdigest()
    replay_files(SMALL, [file], tmp_path / "unmapped")
    told: dict[str, Any] = {
        "format": "protocol-manifest/1",
        "mapping": {"fingerprint": "0123abcd"},
        "output": {"sha256": content},
    }
    (tmp_path / "visits.manifest.json").write_text(json.dumps(told))
    assert replay_files(SMALL, [file], tmp_path / "out").run.mapping == "0123abcd"
    assert "under the mapping none, and this is 0123abcd" in refused(SMALL, [file], tmp_path / "unmapped")
    (tmp_path / "visits.manifest.json").write_text(json.dumps(told | {"output": {"sha256": "0"}}))
    said = "error R001: is not the file of which 'visits.manifest.json' beside it tells"
    assert said in refused(SMALL, [file], tmp_path / "out")


def test_a_folder_that_holds_something_else_is_left_alone(file: Path, tmp_path: Path) -> None:
    before = list(tmp_path.iterdir())
    assert refused(SMALL, [file], tmp_path) == (
        f"{tmp_path}: error R005: the folder holds something else: 'visits.parquet'\n  = Name a new folder."
    )
    assert list(tmp_path.iterdir()) == before
    assert "error R005: it is no folder" in refused(SMALL, [file], file)


def test_two_runs_do_not_write_to_one_folder(file: Path, tmp_path: Path) -> None:
    from protocol.executors.in_buckets.run_folder import locked

    with locked(tmp_path / "out"):
        assert "error R003: another run is writing to the folder at this moment" in refused(SMALL, [file], tmp_path / "out")
    replay_files(SMALL, [file], tmp_path / "out")


def test_files_that_do_not_belong_together_are_refused(file: Path, tmp_path: Path) -> None:
    other, more = tmp_path / "other.parquet", tmp_path / "more.parquet"
    parquet.write_table(visits().drop_columns(["anc"]), other)
    parquet.write_table(visits().set_column(2, "anc", arrow.array(["x"] * len(visits()))), more)
    assert "other.parquet: error R002: column 'anc' is absent, and in '" in refused(SMALL, [file, other], tmp_path / "out")
    assert "error R002: column 'anc' has the type string, and in" in refused(SMALL, [file, more], tmp_path / "out")
    assert "error R002: the file is given twice" in refused(SMALL, [file, tmp_path / "." / file.name], tmp_path / "out")
    assert "more.parquet: error T003: column 'anc' has the type string" in refused(SMALL, [more], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_who_interrupts_while_libraries_are_loaded_is_heard_when_they_are() -> None:
    loaded, before = [], signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), _undisturbed():
            signal.raise_signal(signal.SIGINT)
            loaded.append("all of it")
        assert loaded and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_patient_of_two_files_has_each_visit_once(tmp_path: Path) -> None:
    one, other = tmp_path / "one.parquet", tmp_path / "other.parquet"
    for file in (one, other):
        parquet.write_table(visits(1), file)
    text = refused(SMALL, [one, other], tmp_path / "out")
    assert text.startswith("other.parquet:1: error T009: the time of the row before, of the same patient (one.parquet:1)")
    later = visits(1).set_column(1, "elapsed", arrow.array([7 + time for time in visits(1)["elapsed"].to_pylist()]))
    parquet.write_table(later, other)
    # Nothing was decided before, so the same folder takes the visits that were mended.
    assert replay_files(SMALL, [one, other], tmp_path / "out").counts.patients == 1
    assert not (tmp_path / "out" / "visits").exists()
    assert "error R004" in refused(SMALL, [one], tmp_path / "out")


def test_names_of_patients_may_be_kept_as_any_kind_of_text(tmp_path: Path) -> None:
    for name, kind in (("view", arrow.string_view()), ("large", arrow.large_string())):
        file = tmp_path / f"{name}.parquet"
        parquet.write_table(visits().set_column(0, "patient", visits()["patient"].cast(kind)), file)
        assert replay_files(SMALL, [file], tmp_path / name).counts.patients == 12


def test_a_number_that_is_too_large_is_told_with_its_file_and_row(tmp_path: Path) -> None:
    counts = arrow.array([7] * (len(visits()) - 1) + [2**53 + 1], "uint64")
    large = tmp_path / "large.parquet"
    parquet.write_table(visits().set_column(2, "anc", counts), large)
    text = refused(SMALL, [large], tmp_path / "out")
    assert text.startswith(f"large.parquet:{len(visits())}: error T003: column 'anc' holds 9007199254740993")


@pytest.mark.parametrize("share", [0, 3, 500, 0.5, 0.99])
def test_a_file_that_was_cut_short_is_refused(share: float, file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share if share > 1 else share * len(whole))])
    text = refused(SMALL, [file], tmp_path / "out")
    assert text.startswith(f"{file}: error R001: cannot be read: ") and len(text.splitlines()) == 2


def test_a_file_that_was_changed_inside_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path / "visits.parquet", visits(3000))
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 4 : len(whole) // 3] = bytes(255 - byte for byte in whole[len(whole) // 4 : len(whole) // 3])
    file.write_bytes(whole)
    text = refused(SMALL, [file], tmp_path / "out")
    assert "error R001: " in text and "cannot be read: " in text and str(file) in text


def test_a_file_that_is_changed_while_it_is_read_is_refused(file: Path, tmp_path: Path) -> None:
    def tell(step: str, done: int, of: int) -> None:
        if step == "sorting":
            written(file, visits(seed=2))

    text = refused(SMALL, [file], tmp_path / "out", means=Means(tell=tell))
    assert text.startswith("error R001: a file of visits was changed while it was read")
    assert not (tmp_path / "out" / "visits").exists()


def test_a_row_that_cannot_be_used_is_named_by_its_file_and_row(file: Path, tmp_path: Path) -> None:
    rows = parquet.read_table(file).to_pylist()
    for change, code in (({"patient": None}, "T005"), ({"elapsed": None}, "T007"), ({"given": "a bit"}, "T010")):
        bad = arrow.Table.from_pylist([*rows[:4], rows[4] | change, *rows[5:]])
        parquet.write_table(bad, tmp_path / "bad.parquet")
        text = refused(SMALL, [tmp_path / "bad.parquet"], tmp_path / code, buckets=4)
        assert text.startswith(f"bad.parquet:5: error {code}: ")


def test_visits_that_change_between_sorting_and_replaying_are_noticed(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(Killed):
        killed_at(patch, 5, half=False)
        replay_files(SMALL, [file], tmp_path / "out", buckets=2)
    bucket = tmp_path / "out" / "visits" / "00001.parquet"
    changed = bytearray(bucket.read_bytes())
    changed[10] ^= 1
    bucket.write_bytes(changed)
    assert "00001.parquet: error R007: cannot be used" in refused(SMALL, [file], tmp_path / "out")
    replay_files(SMALL, [file], tmp_path / "out")
    replay_files(SMALL, [file], tmp_path / "whole", buckets=2)
    assert content(tmp_path / "out") == content(tmp_path / "whole")
