"""Which decisions change when a protocol's grades are meant by other criteria? What `verify --regrade` prints."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click
from attrs import frozen

from protocol.commands import FAILS, HOLDS
from protocol.commands.form import answer
from protocol.commands.screen import show, width

if TYPE_CHECKING:
    from protocol.adapters.difference import Told
    from protocol.model.protocol import Protocol
    from protocol.model.regrading import Regrading

FORMAT = "protocol-regrade/1"
FORMS = ("text", "json")

_NOTHING = "No decision changes: what is computed from a value is asked as before."
_OPEN = "No decision that can be regraded changes; above is what the new criteria cannot say."


@frozen(eq=False)
class Drift:
    """What a protocol asks by other criteria, and the courses that show it; None where nothing is asked otherwise."""

    spec: str
    protocol: Protocol
    as_grades: str
    regrading: Regrading
    told: Told | None

    @property
    def is_none(self) -> bool:
        """Whether no decision changes, for certain."""
        return not self.regrading.open and (self.told is None or self.told.difference.is_equivalent)


def drift(
    protocols: list[tuple[str, Protocol]],
    criteria: str | None,
    as_grades: str | None,
    every: str | None,
    bounds: dict[str, float],
    form: str,
) -> int:
    """Prints it; the exit code is 0 if no decision of any of them changes, or if it is wanted whatever is found."""
    options = _options()
    if criteria is None:
        raise click.UsageError("'--as-grades' needs '--regrade CRITERIA'")
    found = [_drift(spec, protocol, criteria, as_grades or "", every, bounds) for spec, protocol in protocols]
    if form == "json":
        answer(FORMAT, {"protocols": [_fields(one) for one in found]})
    else:
        show("\n\n".join(map(_text, found)))
    return HOLDS if options["exit_zero"] or all(one.is_none for one in found) else FAILS


def _options() -> Mapping[str, object]:
    """The options that were given; those about properties do not go with it."""
    context = click.get_current_context()
    for name in ("only", "any_dose", "certify", "baseline", "write", "allow_unproved", "reports"):
        if context.params[name]:
            option = next(one for one in context.command.params if one.name == name)
            raise click.UsageError(f"'--regrade' compares decisions and not properties: '{option.opts[0]}' does not go with it")
    if context.params["form"] not in FORMS:
        raise click.UsageError(f"'--regrade' answers in one of the forms {', '.join(FORMS)}")
    return context.params


def _drift(spec: str, protocol: Protocol, criteria: str, as_grades: str, every: str | None, bounds: dict[str, float]) -> Drift:
    from protocol.commands.diff import told_of
    from protocol.errors import NotationError
    from protocol.verification.regrading.regrade import regrade

    try:
        regrading = regrade(protocol, criteria, as_grades)
    except NotationError as error:
        raise click.UsageError(str(error)) from None
    asked = any(not one.place.startswith("property ") for one in regrading.changed)
    told = told_of(protocol, regrading.protocol, None, every, False, bounds) if asked else None
    return Drift(spec, protocol, as_grades, regrading, told)


def _text(found: Drift) -> str:
    from protocol.adapters.difference_text import difference_text
    from protocol.adapters.regrading_text import say_regrading

    changes = difference_text(found.told, width()) if found.told else _OPEN if found.regrading.open else _NOTHING
    parts = (say_regrading(found.spec, found.regrading, width()), changes, *_hint(found))
    return "\n\n".join(parts)


def _hint(found: Drift) -> Iterator[str]:
    """What was not looked at: numbers that are grades by the criteria of their input."""
    from protocol.model.said import say_guard
    from protocol.verification.regrading.graded import grades_behind

    if found.as_grades:
        return
    grades = dict.fromkeys(f"'{say_guard(one.asks)}'" for one in grades_behind(found.protocol) if one.grade)
    if grades:
        those = f"Numbers stay as they are written, also those that are grades: {', '.join(grades)}."
        text = f"{those} '--as-grades CRITERIA' regrades them."
        yield textwrap.fill(text, width(), break_long_words=False, break_on_hyphens=False)


def _fields(found: Drift) -> dict[str, object]:
    from protocol.adapters.difference_json import difference_fields
    from protocol.adapters.regrading_json import regrading_fields

    difference = difference_fields(found.told) if found.told else None
    return {"spec": found.spec, **regrading_fields(found.regrading), "difference": difference}
