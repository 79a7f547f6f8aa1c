"""From stored JSON back to what was stored: all of it, or an StoredError with every problem and the way to it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NoReturn, TypeVar, get_args, get_type_hints

from protocol.errors import Problem, StoredError, told
from protocol.executors.scalars import Mismatch
from protocol.executors.shape import shape
from protocol.executors.stored_codes import CODES

AS_STORED = "Give the text as it was stored; where it was changed or cut off, take it from a copy."
MOST_PROBLEMS = 50
"""How many problems of one document are told; a damaged one can have thousands."""

Document = TypeVar("Document")


def read(text: str, kind: type[Document]) -> Document:
    """A document of that kind; raises StoredError, and then nothing of it is used."""
    value = _parsed(text)
    _check_format(value, *get_args(get_type_hints(kind)["format"]))
    try:
        found: Document = shape(kind).read(value)
    except Mismatch as mismatch:
        raise StoredError(tuple(_problems(mismatch))) from None
    return found


def problem(code: str, message: str, hint: str = "", line: int = 0, column: int = 0) -> Problem:
    """A problem of a stored document."""
    assert code in CODES, code
    return Problem(code, message, hint or AS_STORED, "stored document", line, column)


def _problems(mismatch: Mismatch) -> list[Problem]:
    found = [problem("D003", f"{way.removeprefix('.') or 'document'}: {message}") for way, message in mismatch.problems]
    more = len(found) - MOST_PROBLEMS
    return [*found[:MOST_PROBLEMS], problem("D003", f"and {more} more")] if more > 0 else found


def _check_format(value: Any, expected: str) -> None:
    if not isinstance(value, dict) or "format" not in value:
        raise StoredError((problem("D002", f"no format is named; '{expected}' is expected"),))
    if value["format"] != expected:
        hint = "Load it with the version of the package that wrote it, or give it to what reads that format."
        raise StoredError((problem("D002", f"the format is {value['format']!r:.80}; '{expected}' is expected", hint),))


# JSON


def _parsed(text: str) -> Any:
    """What the text says, read as strictly as JSON is written: no NaN, and no name twice in one object."""
    try:
        return json.loads(text, parse_constant=_no_number, object_pairs_hook=_no_name_twice)
    except json.JSONDecodeError as error:
        raise StoredError((problem("D001", error.msg, line=error.lineno, column=error.colno),)) from None
    except TypeError:
        raise StoredError((problem("D001", f"{told(text)} where the text of a document is expected"),)) from None
    except RecursionError:
        raise StoredError((problem("D001", "lists or objects within each other without end"),)) from None
    except ValueError as error:
        raise StoredError((problem("D001", str(error)),)) from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise ValueError(f"the name '{twice[:80]}' stands twice in one object")
    return found
