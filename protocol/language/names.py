"""The names that a protocol declares, and what each of them is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from attrs import define, field, frozen

from protocol.language.hints import instead, listed, meant
from protocol.language.nodes import Scalar
from protocol.language.report import Report, Span, shown
from protocol.model.input import Choice, Grade, Input, Number, YesNo
from protocol.model.ladder import folded
from protocol.model.protocol import Level
from protocol.model.rule import ActionKind

NAME = re.compile(r"[a-z][a-z0-9-]*")
LONGEST_NAME = 80

RESERVED = frozenset(
    [
        "and",
        "or",
        "not",
        "is",
        "always",
        "known",
        "unknown",
        "within",
        "grade",
        "baseline",
        "earlier",
        "time",
        "cumulative",
        "otherwise",
        "at",
        "by",
        "to",
        "else",
    ]
)
"""Words of the language; a name that is one of them could not be told from it."""
RESERVED_LEVELS = RESERVED | {"none", "stopped"}
RESERVED_RULES = RESERVED | {"unordered"}
COLUMNS = frozenset(("elapsed", "expect", "given", "patient", "recorded"))
"""Columns of courses; an input that is named like one could never be given a value."""

Declared = Mapping[str, object]
TrackerKind = Literal["episodes", "consecutive", "duration", "since", "lowest", "highest"]


@frozen
class TrackerName:
    """What is known of a tracker from its declaration: its kind, and the input of a lowest or highest value."""

    kind: TrackerKind | None
    input: str = ""


@frozen
class QuestionName:
    """What is known of an interpretation: its readings, and those of them that have no guard."""

    readings: tuple[str, ...]
    without_guard: tuple[str, ...]


@define
class Names:
    """What is declared, by section. A value of None: declared, but wrongly, so that nothing more is said about its use.

    ``numbers`` are those of the derived inputs that are numbers, ``scores`` those of them that are sums of points.
    ``cells`` are the rules of each table under ``rules``.
    ``broken`` lists the sections that could not be read; what they declare is not known, so no name is called unknown.
    """

    inputs: dict[str, Input | None] = field(factory=dict)
    derived: dict[str, None] = field(factory=dict)
    numbers: dict[str, Number | None] = field(factory=dict)
    scores: set[str] = field(factory=set)
    trackers: dict[str, TrackerName | None] = field(factory=dict)
    interpretations: dict[str, QuestionName | None] = field(factory=dict)
    levels: dict[str, Level | None] = field(factory=dict)
    rules: dict[str, frozenset[ActionKind] | None] = field(factory=dict)
    cells: dict[str, dict[str, frozenset[ActionKind]]] = field(factory=dict)
    sources: dict[str, None] = field(factory=dict)
    broken: set[str] = field(factory=set)

    def section(self, name: str) -> str:
        """The section that declares a name usable in guards; empty where none does."""
        for section in ("inputs", "derived", "trackers", "interpretations"):
            if name in getattr(self, section):
                return section
        return ""

    def number(self, name: str) -> Number | None:
        """The unit and range of a number, measured or derived; None for anything else."""
        declared = self.inputs.get(name)
        return declared.kind if declared and isinstance(declared.kind, Number) else self.numbers.get(name)

    def check_known(self, report: Report, name: str, at: Span) -> bool:
        """Whether a name used in a guard is declared; notes it where it is not."""
        if self.section(name):
            return True
        if not self.broken & {"inputs", "derived", "trackers", "interpretations"}:
            report.add("P012", f"unknown input {shown(name)}", at, self._right_name(name))
        return False

    def _right_name(self, name: str) -> str:
        groups = {section: sorted(getattr(self, section)) for section in ("inputs", "derived", "trackers", "interpretations")}
        near = meant(name, [known for names in groups.values() for known in names])
        lists = (f"{section.capitalize()}: {listed(names)}" for section, names in groups.items() if names or section == "inputs")
        return (f"did you mean '{near}'?  " if near else "") + "  ".join(lists)

    def check_level(self, report: Report, name: str, at: Span) -> None:
        """Notes a dose level that is not declared."""
        self._check(report, "P013", "dose level", "doses", self.levels, name, at, folded(self.levels, tuple(self.levels)))

    def check_rule(self, report: Report, name: str, at: Span, kind: ActionKind | None = None) -> None:
        """Notes a rule that is not declared, or whose action is not of that kind, where one is asked for."""
        if not self._check(report, "P014", "rule", "rules", self.rules, name, at) or kind is None:
            return
        if kind not in (self.rules.get(name) or {kind}):
            verb, rules = {"hold": ("holds", "Hold rules"), "review": ("asks for a review", "Review rules")}[kind]
            of_kind = [rule for rule, action in self.rules.items() if action and kind in action]
            report.add("P037", f"'{name}' is not a rule that {verb}", at, instead(name, of_kind, rules))

    def cells_of(self, rules: tuple[str, ...], kind: ActionKind) -> tuple[str, ...]:
        """The rules, each table among them replaced by its cells of that kind."""
        named = ((name, self.cells.get(name)) for name in rules)
        return tuple(one for name, cells in named for one in ((name,) if cells is None else _of_kind(cells, kind)))

    def check_source(self, report: Report, name: str, at: Span) -> None:
        """Notes a source that is not declared."""
        self._check(report, "P015", "source", "sources", self.sources, name, at)

    def check_reading(self, report: Report, interpretation: Scalar, reading: Scalar) -> None:
        """Notes an interpretation that is not declared, or a reading that is not one of its own."""
        names, text = self.interpretations, interpretation.text
        if self._check(report, "P016", "interpretation", "interpretations", names, text, interpretation.span):
            question = names.get(text)
            if question and reading.text not in question.readings:
                message = f"{shown(reading.text)} is not a reading of '{text}'"
                report.add("P017", message, reading.span, instead(reading.text, question.readings, "Readings"))

    def _check(
        self,
        report: Report,
        code: str,
        kind: str,
        section: str,
        known: Declared,
        name: str,
        at: Span,
        listing: Iterable[str] = (),
    ) -> bool:
        if name in known or section in self.broken:
            return True
        report.add(code, f"unknown {kind} {shown(name)}", at, instead(name, known, section.capitalize(), listing))
        return False


def _of_kind(cells: Mapping[str, frozenset[ActionKind]], kind: ActionKind) -> Iterator[str]:
    return (name for name, kinds in cells.items() if kind in kinds)


def check_name(report: Report, name: Scalar, what: str, reserved: frozenset[str] = RESERVED) -> None:
    """Notes a name that is not in the notation, that is a word of the language, or for an input a column of courses."""
    if NAME.fullmatch(name.text) is None or len(name.text) > LONGEST_NAME:
        hint = "Use lower-case letters, digits and hyphens, with a letter first, such as 'hold-cytopenia'."
        report.add("P018", f"{shown(name.text)} cannot be the name of {what}", name.span, hint)
    elif name.text in reserved:
        hint = f"Choose another name.  Words of the language: {listed(sorted(reserved))}"
        report.add("P019", f"'{name.text}' is a word of the language and cannot be the name of {what}", name.span, hint)
    elif what == "an input" and name.text in COLUMNS:
        hint = f"Choose another name.  Columns of courses: {listed(sorted(COLUMNS))}"
        report.add("P019", f"'{name.text}' is a column of courses and cannot be the name of an input", name.span, hint)


def options_of(declared: Input) -> tuple[str, ...]:
    """The words that an input can be."""
    match declared.kind:
        case Choice(options):
            return options
        case YesNo():
            return ("yes", "no")
        case Number() | Grade():
            return ()
