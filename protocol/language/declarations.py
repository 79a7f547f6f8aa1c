"""What a protocol declares before its rules: sources, dose levels and inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

from protocol.errors import NotationError
from protocol.language.fields import Fields, entries, fields, shortened, text_node
from protocol.language.hints import listed
from protocol.language.names import check_name
from protocol.language.nodes import Listing, Mapping, Node, Scalar
from protocol.language.phrases import read_range, read_schedule
from protocol.language.report import Report, Span, shown
from protocol.model.input import Choice, Grade, Input, InputKind, Number, YesNo
from protocol.model.protocol import Source
from protocol.model.quantity import unit

Read = TypeVar("Read")

SOURCE_KEYS = ("cite", "unverified")
INPUT_KEYS = (
    "unit", "plausible", "choice", "yes or no", "grade", "valid for", "fixed", "every", "repeats", "worse", "graded by", "loinc",
    "label", "note",
)  # fmt: skip
KINDS = ("unit", "choice", "yes or no", "grade")
WORSE: tuple[Literal["low", "high"], ...] = ("low", "high")
REPEATS: tuple[Literal["refuse", "last", "worst"], ...] = ("refuse", "last", "worst")
_ONE_KIND = "An input has exactly one of: unit (with plausible), choice, yes or no, grade."


def named(
    report: Report, top: Fields, section: str, what: str, read: Callable[[Scalar, Node], Read], reserved: frozenset[str]
) -> dict[str, Read] | None:
    """What ``read`` makes of each entry of a section, by name; None where the section cannot be read."""
    node = top.node(section)
    if node is None:
        return None if top.has(section) else {}
    mapping = entries(report, top.entries[section][0], node)
    if mapping is None:
        return None
    found: dict[str, Read] = {}
    for name, value in mapping.entries:
        check_name(report, name, what, reserved)
        found[name.text] = read(name, value)
    return found


def read_source(report: Report, name: Scalar, node: Node) -> Source | None:
    """``name: cite``, or ``name: {cite: ..., unverified: ...}``."""
    if not isinstance(node, Mapping):
        cite = text_node(report, name, node)
        return Source(name.text, cite.text) if cite else None
    found = fields(report, f"source {shown(name.text)}", name, node, SOURCE_KEYS)
    if found is None:
        return None
    found.require("cite")
    return Source(name.text, found.text("cite"), found.text("unverified"))


def read_input(report: Report, name: Scalar, node: Node) -> Input | None:
    """One declaration of an input; None where it is not known what the input is."""
    found = fields(report, f"input {shown(name.text)}", name, node, INPUT_KEYS)
    if found is None:
        return None
    _check_validity(report, found)
    kind = _kind(report, found)
    every = found.scalar("every")
    worse: Literal["low", "high", ""] = found.word("worse", WORSE, "low") if found.has("worse") else ""
    repeats: Literal["refuse", "last", "worst"] = found.word("repeats", REPEATS, "refuse")
    if isinstance(kind, Number) and repeats == "worst" and not worse:
        hint = "Add 'worse: low' or 'worse: high'."
        report.add("P038", f"{found.what} does not say which end is the worse one", found.key("repeats"), hint)
    read = Input(
        name.text,
        kind or YesNo(),
        _valid_for(found),
        schedule=read_schedule(report, every) if every else None,
        repeats=repeats,
        worse=worse,
        graded_by=_graded_by(report, found),
        loinc=found.text("loinc"),
        label=found.text("label"),
        note=found.text("note"),
        fixed=found.flag("fixed"),
    )
    return read if kind else None


def _check_validity(report: Report, found: Fields) -> None:
    """An input says how long a reading is valid, or that it is fixed."""
    if not found.flag("fixed"):
        found.require("valid for", hint="Add 'valid for: 8 days', or 'valid for: ever'; or 'fixed: yes' for what never changes.")
        return
    if found.has("valid for"):
        hint = "Keep one: the first value of a fixed input stands for ever."
        report.add("P024", f"{found.what} has both 'valid for' and 'fixed'", found.key("fixed"), hint)
    found.misplaced(("every",), "goes with an input that is measured again", "Remove it: a fixed input does not change.")


def _valid_for(found: Fields) -> int | None:
    text = found.scalar("valid for")
    return None if text is None or text.text == "ever" else found.duration("valid for")


def _kind(report: Report, found: Fields) -> InputKind | None:
    said = found.said(KINDS)
    if len(said) > 1:
        report.add("P024", f"{found.what} has both '{said[0]}' and '{said[1]}'", found.key(said[1]), _ONE_KIND)
        return None
    if not said and not found.unknown:
        report.add("P023", f"{found.what} does not say what it is", found.owner, _ONE_KIND)
    if said and said != ["unit"]:
        hint = "Remove it, or give the input a unit."
        found.misplaced(("plausible", "graded by", "worse"), "goes with a measured number only", hint)
    readers: dict[str, Callable[[Report, Fields], InputKind | None]] = {
        "unit": read_number,
        "choice": _choice,
        "yes or no": _yes_or_no,
        "grade": lambda _, found: Grade(found.text("grade")),
    }
    return readers[said[0]](report, found) if said else None


def read_number(report: Report, found: Fields) -> Number | None:
    """The unit and the plausible range of a number."""
    found.require("plausible", hint="Add 'plausible: 0 to 100': what lies outside is refused as a mistake.")
    named_unit, plausible = found.scalar("unit"), found.scalar("plausible")
    name = ""
    if named_unit:
        try:
            name = unit(shortened(named_unit.text)).name
        except NotationError as error:
            report.add("P031", error.message, named_unit.span, error.hint)
    ends = read_range(report, plausible) if plausible else None
    return Number(name, *ends) if name and ends else None


def _choice(report: Report, found: Fields) -> Choice | None:
    node = found.node("choice")
    if not isinstance(node, Listing) or not node.items:
        report.add("P025", "'choice' takes a list of options", found.key("choice"), "Write 'choice: [none, partial, complete]'.")
        return None
    options: list[str] = []
    for item in node.items:
        option = text_node(report, Scalar("choice", Span(item.span.start)), item)
        if option and option.text in options:
            report.add("P020", f"the option {shown(option.text)} is there twice", option.span, "Keep one of them.")
        elif option:
            check_name(report, option, "an option", frozenset({"and", "or", "not"}))
            options.append(option.text)
    return Choice(tuple(options)) if len(options) == len(node.items) else None


def _yes_or_no(report: Report, found: Fields) -> YesNo:
    node = found.node("yes or no")
    if not (isinstance(node, Scalar) and node.is_empty):
        hint = "Write it alone: '{yes or no, valid for: 35 days}'."
        report.add("P028", "'yes or no' takes no value", found.key("yes or no"), hint)
    return YesNo()


def _graded_by(report: Report, found: Fields) -> tuple[str, str] | None:
    text = found.scalar("graded by")
    words = text.text.split(" ", 2) if text else []
    if text and (len(words) < 3 or not all(words)):
        hint = "Write criteria, version and term, such as 'CTC 2.0 neutrophils'."
        report.add("P039", f"{shown(text.text)} does not name criteria, version and term", text.span, hint)
    return (f"{words[0]} {words[1]}", words[2]) if len(words) == 3 else None


def check_one_namespace(report: Report, sections: dict[str, dict[str, Scalar]]) -> None:
    """Notes a name that two sections declare, though guards could not tell which is meant."""
    first: dict[str, tuple[str, Scalar]] = {}
    for section, names in sections.items():
        for name, scalar in names.items():
            if name in first:
                other, before = first[name]
                message = f"{shown(name)} is declared twice, under {listed((other, section))}"
                hint = f"It is first in {report.line(before.span, scalar.span)}; guards could not tell them apart."
                report.add("P020", message, scalar.span, hint)
            first.setdefault(name, (section, scalar))
