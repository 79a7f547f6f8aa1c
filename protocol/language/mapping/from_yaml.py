"""From the text of a mapping to the mapping, or to all that is wrong with it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Literal

from protocol.errors import InputError
from protocol.language.fields import Fields, entries, fields, of_mapping
from protocol.language.mapping.doses import each, read_dosing, read_ending, read_windows
from protocol.language.mapping.parts import ROWS, TIMES, Tables, column, named, rows, table, units, when
from protocol.language.mapping.readings import read_readings
from protocol.language.nodes import Mapping, Node, Scalar
from protocol.language.positions import nodes
from protocol.language.report import FILE, Report, Span, shown, with_line_feeds
from protocol.language.shipped import read_text, shipped_mapping
from protocol.model.mapping import DataMapping, Named, Patients, Reading, Source

KEYS = (
    "mapping", "version", "protocol", "note", "data", "one visit", "patients", "tables", "units", "readings", "doses", "ends",
    "windows",
)  # fmt: skip
TABLE_KEYS = ("file", "patient", *TIMES, "recorded", *ROWS)
PATIENT_KEYS = ("table", "first dose", "planned arm", "actual arm", *ROWS)
ONE_VISIT: tuple[Literal["a day", "a time"], ...] = ("a day", "a time")


def load_mapping(path: Path) -> DataMapping:
    """The mapping in a file, or that of a shipped name such as ``cdiscpilot-xanomeline/cdiscpilot.mapping.yaml``.

    Raises InputError with everything that is wrong with it.
    """
    file = path if path.is_file() else shipped_mapping(path.as_posix()) or path
    return parse_mapping(read_text(file), str(file))


def parse_mapping(text: str, file: str = "") -> DataMapping:
    """The mapping that a text says; raises InputError with every problem of the text. ``file`` is its path, for messages."""
    report = Report(with_line_feeds(text), file)
    root = nodes(report, report.parts[0])
    if root is not None and not isinstance(root, Mapping):
        report.add("P025", "the file is not a mapping", FILE, "It begins with its name: 'mapping: my-study'.")
    if not isinstance(root, Mapping):
        raise InputError(report.problems)
    found = _mapping(report, of_mapping(report, "the mapping", Span(0), root, KEYS), file)
    report.fail_if_any()
    return found


def _mapping(report: Report, top: Fields, file: str) -> DataMapping:
    top.require("mapping", "version", "protocol", "tables", "readings")
    tables = _tables(report, top)
    return DataMapping(
        top.text("mapping"),
        top.text("version"),
        top.text("protocol"),
        tuple(source for source in tables.values() if source),
        _readings(report, top, tables),
        _patients(report, top, tables),
        each(report, top, "doses", partial(read_dosing, report, tables)),
        each(report, top, "ends", partial(read_ending, report, tables)),
        each(report, top, "windows", partial(read_windows, report, tables)),
        units(report, top),
        top.word("one visit", ONE_VISIT, "a day") == "a day",
        top.text("data"),
        top.text("note"),
        file,
        report.parts[0].text,
    )


def _tables(report: Report, top: Fields) -> Tables:
    node = top.node("tables")
    mapping = entries(report, top.entries["tables"][0], node) if node else None
    return {name.text: _table(report, name, value) for name, value in (mapping.entries if mapping else ())}


def _table(report: Report, name: Scalar, node: Node) -> Source | None:
    found = fields(report, f"table {shown(name.text)}", name, node, TABLE_KEYS)
    if found is None:
        return None
    found.require("file", "patient")
    own, recorded = when(report, found), column(report, found, "recorded")
    patient = column(report, found, "patient")
    return Source(name.text, found.text("file"), patient, own, recorded, rows(report, found), named(report, name))


def _patients(report: Report, top: Fields, tables: Tables) -> Patients | None:
    node = top.node("patients")
    found = fields(report, "'patients'", top.entries["patients"][0], node, PATIENT_KEYS) if node else None
    if found is None:
        return None
    found.require("table")
    source = table(report, found, tables)
    first, planned, actual = (column(report, found, key) for key in PATIENT_KEYS[1:4])
    return Patients(source or Named(""), first, planned, actual, rows(report, found))


def _readings(report: Report, top: Fields, tables: Tables) -> tuple[Reading, ...]:
    node = top.node("readings")
    mapping = entries(report, top.entries["readings"][0], node) if node else None
    found = (read_readings(report, tables, name, value) for name, value in (mapping.entries if mapping else ()))
    return tuple(reading for readings in found for reading in readings)
