"""The findings that somebody has accepted, each with the reason: a file of format ``protocol-baseline/1``."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from attrs import evolve, field, frozen

from protocol.errors import InputError, Problem, visible

FORMAT = "protocol-baseline/1"
_FIELDS = ("key", "protocol", "version", "property", "reason", "date")
_NEEDED = ("key", "protocol", "property")
_LEFT_OUT = ("version", "date")
_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|[{}]')
_AGAIN = "'protocol verify SPEC --baseline FILE --write-baseline' writes one anew; it keeps the reasons of what it can read."
_KEY = 'Each entry has a "key", a "protocol", a "property" and a "reason", all of them texts; "version" and "date" may be there.'


@frozen
class Accepted:
    """A finding that need not be looked at again: its key, whose it is, and why. ``line`` is where the file has it.

    Without a ``version``, as older files have it, it is of every version of that protocol.
    """

    key: str
    protocol: str
    property: str
    reason: str = ""
    date: str = ""
    version: str = ""
    line: int = field(default=0, eq=False)

    def is_of(self, protocol: str, version: str) -> bool:
        """Whether it is of this version of this protocol."""
        return self.protocol == protocol and self.version in ("", version)

    def accepts(self, finding: Accepted) -> bool:
        """Whether it is of this finding."""
        same = (self.key, self.property) == (finding.key, finding.property)
        return same and self.is_of(finding.protocol, finding.version)


def read_baseline(text: str, file: str, reasons: bool = True) -> tuple[Accepted, ...]:
    """The entries of a file; raises InputError with everything that is wrong, such as an entry without a reason.

    Without ``reasons`` entries may lack one: so is a file read that is to be written anew.
    """
    entries = _entries(text.removeprefix("\ufeff"), file)
    found, wrong = list[Accepted](), list[Problem]()
    for number, entry in enumerate(entries, 1):
        why = _why_not(entry)
        line = _line(text, entry)
        if why:
            wrong.append(Problem("V501", f"entry {number} {why}", _KEY, file, line, 1 if line else 0))
            continue
        one = Accepted(**{name: entry[name] for name in _FIELDS if name in entry}, line=line)
        found.append(one)
        if reasons and not one.reason.strip():
            wrong.append(_without_reason(one, file))
    wrong.extend(_twice(found, file))
    if wrong:
        raise InputError(tuple(sorted(wrong, key=lambda problem: problem.line)))
    return tuple(found)


def missing_baseline(file: str, why: str) -> InputError:
    """The error of a baseline that is not there."""
    return InputError((Problem("V501", f"cannot be read: {why}", _AGAIN, file),))


def write_baseline(entries: Iterable[Accepted]) -> str:
    """The file with these entries, in an order that does not depend on theirs."""
    inner = sorted(entries, key=lambda one: (one.protocol, one.version, one.property, one.key))
    said = [_said(one) for one in inner]
    return json.dumps({"format": FORMAT, "accepted": said}, indent=1, ensure_ascii=False) + "\n"


def _said(one: Accepted) -> dict[str, str]:
    said = {name: getattr(one, name) for name in _FIELDS}
    return {name: value for name, value in said.items() if value or name not in _LEFT_OUT}


def renewed(entries: Collection[Accepted], needed: Collection[Accepted]) -> tuple[Accepted, ...]:
    """The entries, and one for each finding that is needed and has none yet.

    One without a version becomes one of each version that needs it.
    """
    by_version = sorted(entries, key=lambda one: one.version, reverse=True)
    found = {(one.key, one.version): one for one in needed}
    for place, one in found.items():
        before = next((entry for entry in by_version if entry.accepts(one)), one)
        found[place] = evolve(before, version=one.version)
    others = (one for one in entries if (one.key, one.version) not in found)
    return (*found.values(), *(one for one in others if not any(one.accepts(finding) for finding in needed)))


def of_none(entries: Iterable[Accepted], given: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The protocols with their versions that entries are of and that are not among the ones that are ``given``."""
    known = set(given)
    others = (one for one in entries if not any(one.is_of(*each) for each in known))
    return tuple(sorted({visible(f"{one.protocol} {one.version}".rstrip()) for one in others}))


def _entries(text: str, file: str) -> list[Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError((Problem("V501", f"this is not JSON: {error.msg}", _AGAIN, file, error.lineno, error.colno),)) from None
    except (RecursionError, ValueError) as error:
        raise InputError((Problem("V501", f"this cannot be read: {visible(str(error))[:200]}", _AGAIN, file),)) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT or not isinstance(document.get("accepted"), list):
        message = f"this is no document of the format {FORMAT} with a list 'accepted'"
        raise InputError((Problem("V501", message, _AGAIN, file),))
    if twice := tuple(_written_twice(text, file)):
        raise InputError(twice)
    accepted: list[Any] = document["accepted"]
    return accepted


def _written_twice(text: str, file: str) -> Iterator[Problem]:
    """Each key that its object has already, of text that is JSON: of two JSON takes the last, and the others would be lost."""
    inside: list[dict[str, int]] = []
    for token in _TOKEN.finditer(text):
        if token[0] == "{":
            inside.append({})
        elif token[0] == "}":
            inside.pop()
        elif token[2]:
            name, place = json.loads(token[1]), token.start()
            first = inside[-1].setdefault(name, place)
            if first != place:
                yield _second(text, name, first, place, file)


def _second(text: str, name: str, first: int, place: int, file: str) -> Problem:
    before, line = (text.count("\n", 0, there) + 1 for there in (first, place))
    column, hint = place - text.rfind("\n", 0, place), f"It is first in line {before}; keep one."
    return Problem("V501", f"'{visible(name)[:40]}' is written twice", hint, file, line, column)


def _why_not(entry: Any) -> str:
    """Why this is no entry; empty if it is one."""
    if not isinstance(entry, dict):
        return "is not an object"
    missing = [name for name in _NEEDED if not entry.get(name)]
    other = [name for name in entry if name not in _FIELDS]
    no_text = [name for name in _FIELDS if name in entry and not isinstance(entry[name], str)]
    if missing:
        return f"has no '{missing[0]}'"
    if other:
        return f"has a field '{visible(other[0])[:40]}', which means nothing"
    return f"has something else than a text as its '{no_text[0]}'" if no_text else ""


def _without_reason(one: Accepted, file: str) -> Problem:
    hint = f'Write why "{visible(one.property)}" need not hold, as its "reason"; or take the entry out.'
    column = 1 if one.line else 0
    return Problem("V502", f"'{visible(one.property)}' is accepted without a reason", hint, file, one.line, column)


def _twice(found: list[Accepted], file: str) -> Iterator[Problem]:
    first: set[tuple[str, str]] = set()
    for one in found:
        if (one.key, one.version) in first:
            yield Problem("V501", f"the key '{visible(one.key)[:40]}' stands twice", "Keep one.", file, one.line, 1)
        first.add((one.key, one.version))


def _line(text: str, entry: Any) -> int:
    """The line in which the key of an entry stands; 0 where it is not found."""
    key = entry.get("key") if isinstance(entry, dict) else None
    if not isinstance(key, str):
        return 0
    written = json.dumps(key, ensure_ascii=False)
    return next((number for number, line in enumerate(text.split("\n"), 1) if '"key"' in line and written in line), 0)
