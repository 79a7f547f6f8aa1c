"""One entry of ``monitoring``: of what, how often, when and where, and what it rests on."""

from __future__ import annotations

from protocol.language.fields import Fields, fields
from protocol.language.guards import read_guard
from protocol.language.hints import instead
from protocol.language.names import Names
from protocol.language.nodes import Node, Scalar
from protocol.language.phrases import read_schedule
from protocol.language.report import Report, shown
from protocol.language.rules import read_citation, read_places
from protocol.model.guard import Always
from protocol.model.input import Schedule
from protocol.model.monitoring import Monitoring, Origin

MONITORING_KEYS = ("of", "every", "when", "in", "from", "source", "says", "note", "unverified", "before")
ORIGINS: tuple[Origin, ...] = ("reading", "dose change")


def read_monitoring(report: Report, names: Names, name: Scalar, node: Node) -> Monitoring | None:
    """One entry of ``monitoring``; None where it could not be read."""
    found = fields(report, f"monitoring {shown(name.text)}", name, node, MONITORING_KEYS)
    if found is None:
        return None
    found.misplaced(("before",), "goes with a file that amends another", "Remove it, and put the entry where it belongs.")
    found.require("of", hint="Add 'of:' and the input that is measured.")
    found.require("every", hint="Add 'every: 7 days', or 'every: 2 to 3 days'.")
    found.require("when", hint="Add 'when: \"...\"', or 'when: always'.")
    every, condition = found.scalar("every"), found.node("when")
    return Monitoring(
        name.text,
        _measured(report, names, found),
        (read_schedule(report, every) if every else None) or Schedule(0, 0),
        read_guard(report, names, condition, found.entries["when"][0]).guard if condition else Always(),
        read_places(report, names, found, stopped=True),
        found.word("from", ORIGINS, "reading"),
        read_citation(report, names, found),
        found.text("says"),
        found.text("note"),
        found.text("unverified"),
    )


def _measured(report: Report, names: Names, found: Fields) -> str:
    """The input that is measured: a declared one that can be measured again and has no schedule of its own."""
    name = found.scalar("of")
    if name is None or not names.check_known(report, name.text, name.span):
        return ""
    if names.section(name.text) != "inputs":
        hint = instead(name.text, names.inputs, "Inputs")
        report.add("P090", f"'{name.text}' is not measured: it stands under {names.section(name.text)}", name.span, hint)
        return name.text
    item = names.inputs[name.text]
    if item and item.fixed:
        hint = "Remove the entry, or 'fixed: yes' of the input."
        report.add("P090", f"'{name.text}' is fixed: it is not measured again", name.span, hint)
    elif item and item.schedule:
        hint = "Keep one: remove 'every' of the input, and let an entry with 'when: always' say it."
        report.add("P024", f"'{name.text}' has both 'every' and an entry under 'monitoring'", name.span, hint)
    return name.text
