"""From verifications to GitHub's workflow commands, which show each alert at its line: ``::error file=…,line=…::…``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from protocol.adapters.alerts import Alert, alerts
from protocol.adapters.fault import Fault
from protocol.adapters.paths import shown_path
from protocol.adapters.verified import Verified

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_IN_TEXT = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_IN_PROPERTY = (*_IN_TEXT, (":", "%3A"), (",", "%2C"))


def to_annotations(all_verified: Iterable[Verified], allow_unproved: bool = False, faults: Iterable[Fault] = ()) -> str:
    """A line for each alert that nobody has given a reason for, and for each fault of this program."""
    found = (alert for verified in all_verified for alert in alerts(verified, allow_unproved) if not alert.written)
    return "".join(f"{line}\n" for line in (*map(_command, found), *map(_fault, faults)))


def _fault(fault: Fault) -> str:
    return workflow_command("error", {"file": fault.file, "line": "1", "title": "fault of the program"}, fault.says)


def _command(alert: Alert) -> str:
    file, line = alert.place
    said = {"file": shown_path(file), "line": str(max(line, 1)), "title": f"{alert.code} {alert.about}"}
    return workflow_command(_COMMANDS[alert.level], said, alert.whole)


def workflow_command(name: str, said: Mapping[str, str], text: str) -> str:
    """``::error file=…,line=…::…``; what is empty is left out."""
    properties = ",".join(f"{key}={_escaped(value, _IN_PROPERTY)}" for key, value in said.items() if value)
    return f"::{name} {properties}::{_escaped(text, _IN_TEXT)}"


def _escaped(text: str, signs: Iterable[tuple[str, str]]) -> str:
    for sign, code in signs:
        text = text.replace(sign, code)
    return text
