"""From a file of CDISC Dataset-JSON 1.1, as one JSON document or as lines of JSON (NDJSON), to a table."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from protocol.adapters.mapped.table import Table
from protocol.adapters.text import unreadable
from protocol.errors import InputError

_HINT = "It is an object with datasetJSONVersion 1.1, records, columns and rows; in NDJSON the rows are lines of their own."
_PLAIN = (str, int, float, bool, type(None))
Refuse = Callable[[str], InputError]


def from_dataset_json(path: Path) -> Table:
    """The table in a file of Dataset-JSON; raises InputError where it is none, or has fewer rows than it says."""

    def refuse(why: str) -> InputError:
        return unreadable(path, "S002", f"no Dataset-JSON that can be read: {why}", _HINT)

    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise refuse("it is not UTF-8") from None
    head, rows = _lines(text, refuse) if path.suffix.lower() == ".ndjson" else _document(text, refuse)
    names = _names(head, refuse)
    _check(head, names, rows, refuse)
    columns: dict[str, Any] = {name: [row[number] for row in rows] for number, name in enumerate(names)}
    return Table(path.name, columns, len(rows), first=2 if path.suffix.lower() == ".ndjson" else 1)


def _document(text: str, refuse: Refuse) -> tuple[dict[str, Any], list[Any]]:
    head = _parsed(text, refuse)
    rows = head.get("rows", [])
    if not isinstance(rows, list):
        raise refuse("'rows' is no list")
    return head, rows


def _lines(text: str, refuse: Refuse) -> tuple[dict[str, Any], list[Any]]:
    first, *others = text.split("\n")
    found: list[Any] = []
    for number, line in enumerate(others, 2):
        if line.strip():
            found.append(_loaded(line, refuse, f"line {number}: "))
    return _parsed(first, refuse), found


def _parsed(text: str, refuse: Refuse) -> dict[str, Any]:
    head = _loaded(text, refuse, "")
    if not isinstance(head, dict):
        raise refuse("it is no object")
    version = head.get("datasetJSONVersion")
    if version is None:
        raise refuse("it has no datasetJSONVersion")
    if not isinstance(version, str) or version.split(".")[:2] != ["1", "1"]:
        raise refuse(f"its version is {version!r}, not 1.1")
    return head


def _loaded(text: str, refuse: Refuse, where: str) -> Any:
    if not text.strip():
        raise refuse("it is empty" if not where else f"{where}it is blank")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise refuse(f"{where}{error}") from None
    except RecursionError:
        raise refuse(f"{where}it is nested too deep") from None
    except ValueError:
        raise refuse(f"{where}it holds a number of thousands of digits") from None


def _names(head: dict[str, Any], refuse: Refuse) -> list[str]:
    columns = head.get("columns")
    names = [one.get("name") if isinstance(one, dict) else None for one in columns] if isinstance(columns, list) else []
    if not names or not all(isinstance(name, str) and name for name in names):
        raise refuse("'columns' does not name each column")
    if len(set(names)) < len(names):
        raise refuse("two columns have one name")
    return [str(name) for name in names]


def _check(head: dict[str, Any], names: list[str], rows: list[Any], refuse: Refuse) -> None:
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != len(names) or not all(isinstance(value, _PLAIN) for value in row):
            raise refuse(f"row {number} is no list of {len(names)} plain values, one for each column")
    records = head.get("records")
    if type(records) is not int:
        raise refuse("'records' does not say how many rows there are, as a number")
    if records != len(rows):
        raise refuse(f"it says {records} records and has {len(rows)} rows")
