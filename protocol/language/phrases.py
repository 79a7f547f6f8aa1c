"""The phrases of a rule and of an input: where a rule applies, what it does, how often something is measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Literal, cast

from protocol.errors import NotationError
from protocol.language.fields import LONGEST_NUMBER, minutes
from protocol.language.hints import instead, listed, meant
from protocol.language.names import Names
from protocol.language.nodes import Located, Scalar, located
from protocol.language.report import Report, shown
from protocol.model.input import Schedule
from protocol.model.quantity import exact
from protocol.model.rule import CONTROLS, Action, ActionKind, AtMost, By, ControlKind, Same, Target, To, Where


def _form(text: str) -> re.Pattern[str]:
    return re.compile(text.replace(" ", r"\s+"))


_NAMES = r"\S+(?: or \S+)*"
WHERE = _form(rf"(?P<control>{'|'.join(CONTROLS)})(?: by (?P<by>{_NAMES}))?(?: at (?P<levels>{_NAMES}))?")
_ELSE = re.compile(r"(?P<head>.*?)(?:\s*,\s*else\s+(?P<off>\S+))?", re.DOTALL)
ACTION_FORMS = tuple(
    _form(text)
    for text in (
        r"(?P<kind>continue|hold|stop)",
        r"(?P<kind>hold) then at most (?P<cap>\S+)",
        r"(?P<kind>start) at (?P<level>\S+)",
        r"(?P<kind>escalate|reduce)",
        r"(?P<kind>escalate|reduce) by (?P<steps>[1-9][0-9]?)",
        r"(?P<kind>escalate|reduce) to (?P<level>\S+)",
        r"(?P<kind>resume) at (?P<same>the same level)(?P<anew> as a new patient)?",
        r"(?P<kind>resume) at (?P<next>the next lower level)",
        r"(?P<kind>resume) at (?P<level>\S+)(?P<anew> as a new patient)?",
        r"(?P<kind>resume) at most at (?P<cap>\S+)",
        r"(?P<kind>resume) (?P<steps>[1-9][0-9]?) levels? lower",
        r"(?P<kind>review)\s*, dose (?P<meanwhile>continues|withheld)",
    )
)
FORMS = (
    "continue", "start at LEVEL", "escalate", "escalate by N", "escalate to LEVEL", "reduce", "reduce by N", "reduce to LEVEL",
    "hold", "hold then at most LEVEL", "resume at the same level", "resume at the same level as a new patient",
    "resume at the next lower level", "resume N levels lower", "resume at LEVEL", "resume at LEVEL as a new patient",
    "resume at most at LEVEL", "stop", "review, dose continues", "review, dose withheld",
)  # fmt: skip
_OR_ELSE = "and after escalate, reduce and resume, where there is no rung: ', else continue', ', else hold', ', else stop'"
_RANGE = _form(r"\s*(?P<low>\S+(?: [A-Za-z]+)?) to (?P<high>\S+(?: [A-Za-z]+)?)\s*")
LONGEST_PHRASE = 2000
OFF_LADDER = ("continue", "hold", "stop")

ALLOWED: dict[ControlKind, tuple[ActionKind, ...]] = {
    "before treatment": ("continue", "start", "stop"),
    "on treatment": ("continue", "escalate", "reduce", "hold", "stop", "review"),
    "held": ("continue", "resume", "stop", "review"),
    "in review": ("continue", "escalate", "reduce", "hold", "resume", "stop", "review"),
}
"""Which actions a rule may take in which control state."""


def read_where(report: Report, names: Names, scalar: Scalar, stopped: bool = False) -> Where | None:
    """The control state, levels and rules of an ``in`` text."""
    text = located(report.text, scalar)
    match = WHERE.fullmatch(text.text.strip()) if len(text.text) <= LONGEST_PHRASE else None
    if match is None:
        known: list[str] = [control for control in CONTROLS if control != "stopped"]
        report.add("P034", f"{shown(text.text)} does not say where a rule applies", scalar.span, _where_hint(text.text, known))
        return None
    control = cast(ControlKind, re.sub(r"\s+", " ", match["control"]))
    if control == "stopped" and not stopped:
        report.add("P034", "no rule applies once treatment is stopped", scalar.span, "Stopped is final; remove it.")
        return None
    _check_narrowing(report, names, text, match, control)
    kind: ActionKind = "hold" if control == "held" else "review"
    return Where(control, _names(match["levels"]), names.cells_of(_names(match["by"]), kind))


def _where_hint(text: str, known: list[str]) -> str:
    begins = next((control for control in known if text.strip().startswith(control)), None)
    if begins:
        narrowing = {"held": " by RULE or RULE at LEVEL", "in review": " by RULE at LEVEL", "on treatment": " at LEVEL or LEVEL"}
        return f"Write '{begins}{narrowing.get(begins, '')}'."
    return instead(text.strip(), known, "States")


def _check_narrowing(report: Report, names: Names, text: Located, match: re.Match[str], control: ControlKind) -> None:
    shift = len(text.text) - len(text.text.lstrip())
    for name, start in _placed(match, "levels"):
        at = text.at(start + shift, start + shift + len(name))
        if control == "before treatment":
            report.add("P034", "before treatment there is no dose level yet", at, "Write 'before treatment' alone.")
        else:
            names.check_level(report, name, at)
    for name, start in _placed(match, "by"):
        at = text.at(start + shift, start + shift + len(name))
        if control in ("held", "in review"):
            names.check_rule(report, name, at, "hold" if control == "held" else "review")
        else:
            hint = "Only 'held by RULE' and 'in review by RULE' name rules."
            report.add("P034", f"'by' does not go with '{control}'", at, hint)


def _names(group: str | None) -> tuple[str, ...]:
    return tuple(re.split(r"\s+or\s+", group)) if group else ()


def _placed(match: re.Match[str], group: str) -> Iterator[tuple[str, int]]:
    for word in re.finditer(r"\S+", match[group] or ""):
        if word[0] != "or":
            yield word[0], match.start(group) + word.start()


def read_action(report: Report, names: Names, scalar: Scalar, after: str = "") -> Action | None:
    """The action of a ``must`` or ``may`` text, or of what follows the words ``after`` in it."""
    text = located(report.text, scalar)
    whole = _ELSE.fullmatch(text.text.strip().removeprefix(after)) if len(text.text) <= LONGEST_PHRASE else None
    head = whole["head"].strip() if whole else text.text.strip()
    match = next((match for form in ACTION_FORMS if (match := form.fullmatch(head))), None) if whole else None
    if match is None or whole is None:
        near = meant(head, FORMS)
        hint = (f"did you mean '{near}'?  " if near else "") + f"Actions: {'; '.join(FORMS)}; {_OR_ELSE}"
        report.add("P035", f"{shown(text.text)} is not an action", scalar.span, hint)
        return None
    parts = match.groupdict()
    kind = cast(ActionKind, parts["kind"])
    for group in ("level", "cap"):
        if name := parts.get(group):
            start = text.text.index(head) + match.start(group)
            names.check_level(report, name, text.at(start, start + len(name)))
    off = _off_ladder(report, scalar, kind, whole["off"])
    meanwhile: dict[str, Literal["continue", "withhold"]] = {"continues": "continue", "withheld": "withhold"}
    said = parts.get("meanwhile")
    return Action(kind, _target(parts, kind), off, meanwhile[said] if said else "", anew=bool(parts.get("anew")))


def _off_ladder(report: Report, scalar: Scalar, kind: ActionKind, off: str | None) -> Literal["continue", "hold", "stop"] | None:
    if off is not None and kind not in ("escalate", "reduce", "resume"):
        hint = "Only escalate, reduce and resume can leave the ladder."
        report.add("P035", f"'else' does not go with '{kind}'", scalar.span, hint)
    elif off is not None and off not in OFF_LADDER:
        report.add("P035", f"{shown(off)} cannot follow 'else'", scalar.span, instead(off, OFF_LADDER, "Actions"))
    elif off is not None:
        return cast(Literal["continue", "hold", "stop"], off)
    return None


def _target(parts: dict[str, str | None], kind: ActionKind) -> Target | None:
    if level := parts.get("level"):
        return To(level)
    if cap := parts.get("cap"):
        return AtMost(cap)
    if parts.get("same"):
        return Same()
    if steps := parts.get("steps"):
        return By(int(steps))
    return By(1) if kind in ("escalate", "reduce", "resume") else None


def check_allowed(report: Report, action: Action, places: tuple[Where, ...], scalar: Scalar) -> None:
    """Notes an action that cannot be taken in a state in which its rule applies."""
    for where in places:
        allowed = ALLOWED[where.control]
        if action.kind not in allowed:
            message = f"'{action.kind}' cannot be done in the state '{where.control}'"
            report.add("P036", message, scalar.span, f"Actions in '{where.control}': {listed(allowed)}")
            return


def read_schedule(report: Report, scalar: Scalar) -> Schedule | None:
    """``7 days``, ``28 to 35 days`` or ``4 weeks to 35 days``."""
    match = _RANGE.fullmatch(scalar.text) if len(scalar.text) <= LONGEST_PHRASE else None
    if match is None:
        length = minutes(report, scalar.text, scalar.span)
        return None if length is None else Schedule(length, length)
    unit = match["high"].split()[1:]
    low = match["low"] if len(match["low"].split()) > 1 else " ".join((match["low"], *unit))
    earliest, latest = minutes(report, low, scalar.span), minutes(report, match["high"], scalar.span)
    if earliest is None or latest is None:
        return None
    if earliest > latest:
        report.add("P033", f"{shown(scalar.text)} does not go from less to more", scalar.span, "Write the shorter time first.")
    return Schedule(earliest, latest)


def read_range(report: Report, scalar: Scalar) -> tuple[Fraction, Fraction] | None:
    """``0 to 100``: two numbers, the lower one first."""
    low, between, high = scalar.text.partition(" to ")
    if not between:
        report.add("P033", f"{shown(scalar.text)} is not a range", scalar.span, "Write two numbers, such as '0 to 100'.")
        return None
    try:
        ends = (plain_number(low), plain_number(high))
    except NotationError as error:
        report.add("P030", error.message, scalar.span, error.hint)
        return None
    if ends[0] >= ends[1]:
        report.add("P033", f"{shown(scalar.text)} does not go from less to more", scalar.span, "Write the lower number first.")
        return None
    return ends


def plain_number(text: str) -> Fraction:
    """A number as people write it; raises NotationError."""
    if len(text) > LONGEST_NUMBER or "e" in text.lower():
        raise NotationError(
            f"{shown(text)} is not a plain number", f"Write at most {LONGEST_NUMBER} digits, without an exponent."
        )
    return exact(text)
