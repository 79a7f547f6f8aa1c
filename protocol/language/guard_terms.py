"""Whether what a guard asks fits what is declared: comparisons, options, grades, limits, durations, ranges."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

from attrs import field, frozen

from protocol.language.cumulative import AN_AMOUNT, cumulative_dose
from protocol.language.guard_tokens import Token
from protocol.language.hints import instead, listed
from protocol.language.names import Names, TrackerName, options_of
from protocol.language.nodes import Located
from protocol.language.report import Report, Span, shown
from protocol.language.uses import Use
from protocol.model.guard import (
    Always,
    Clock,
    ClockName,
    Compare,
    GradeOf,
    Guard,
    Is,
    Known,
    Limit,
    Named,
    Not,
    Operator,
    Ratio,
    Term,
    Tracked,
    Value,
)
from protocol.model.input import Choice, Grade, Input, Number, YesNo
from protocol.model.quantity import say_number

HIGHEST_GRADE = 5
_ABOVE_0 = "Compare it with a number; or say in 'plausible' that it is from 0 on."


@frozen
class Constant:
    """The right side of a comparison: a number, with a limit of normal or without, or a duration in minutes."""

    number: Fraction | None
    minutes: int | None
    limit: Limit | None
    start: int
    end: int


@frozen
class Terms:
    """Makes the atoms of one guard, and notes what does not fit. A wrong atom becomes ``Always``; the file is refused anyway."""

    report: Report
    guard: Located
    names: Names
    uses: list[Use] = field(factory=list)

    def at(self, token: Token) -> Span:
        """Where a token stands in the file."""
        return self.guard.at(token.start, token.end)

    def compare(self, name: Token, operator: Token, constant: Constant | None) -> Guard:
        """``name < constant``."""
        if not self.names.check_known(self.report, name.text, self.at(name)):
            return Always()
        section = self.names.section(name.text)
        if section == "trackers":
            return self._tracker(name, operator, constant)
        if name.text in self.names.numbers:
            return self._derived_number(name, operator, constant)
        if section != "inputs":
            return self._unfit(name, f"'{name.text}' is true or false and has no size", _yes_or_no(name))
        declared = self.names.inputs[name.text]
        if declared is None or constant is None:
            return Always()
        match declared.kind:
            case Number():
                return self._number(name, declared.kind, operator, constant)
            case Grade():
                return self._grade(Value(name.text), operator, constant)
            case Choice(options):
                return self._unfit(name, f"'{name.text}' is a choice and has no size", f"Write '{name.text} is {options[0]}'.")
            case YesNo():
                return self._unfit(name, f"'{name.text}' is yes or no and has no size", _yes_or_no(name))

    def grade_of(self, name: Token, operator: Token, constant: Constant | None) -> Guard:
        """``grade(name) >= constant``."""
        declared = self._input(name, "grade()")
        if declared is None:
            return Always()
        if declared.graded_by is None:
            hints = {
                Grade: f"It is a grade itself: write '{name.text} >= 3'.",
                Number: f"Add 'graded by: CTC 2.0 ...' to the input '{name.text}'.",
            }
            message = f"'{name.text}' does not say by which criteria it is graded"
            self.report.add("P047", message, self.at(name), hints.get(type(declared.kind), "Only numbers are graded."))
            return Always()
        if isinstance(declared.kind, Number) and declared.kind.low < 0:
            message = f"'{name.text}' can be below 0, where grades, which are multiples of limits of normal, mean nothing"
            self.report.add("P051", message, self.at(name), _ABOVE_0)
        return self._grade(GradeOf(name.text), operator, constant) if constant else Always()

    def has_option(self, name: Token, option: Token, negated: bool) -> Guard:
        """``name is option`` or ``name is not option``."""
        if not self.names.check_known(self.report, name.text, self.at(name)):
            return Always()
        declared = self.names.inputs.get(name.text)
        if self.names.section(name.text) == "inputs" and declared is None:
            return Always()
        options = options_of(declared) if declared else ()
        if not options:
            return self._unfit(name, f"'{name.text}' has no options", self._use_of(name.text))
        if option.text not in options:
            hint = instead(option.text, options, f"Options of {name.text}")
            self.report.add("P045", f"{shown(option.text)} is not an option of '{name.text}'", self.at(option), hint)
        found = Is(name.text, option.text)
        return Not(found) if negated else found

    def alone(self, name: Token) -> Guard:
        """A name without anything: a finding that is there, a derived input, an interpretation."""
        if not self.names.check_known(self.report, name.text, self.at(name)):
            return Always()
        section = self.names.section(name.text)
        if section in ("derived", "interpretations") and name.text not in self.names.numbers:
            return self._named(name, section)
        declared = self.names.inputs.get(name.text)
        if section == "inputs" and declared is None:
            return Always()
        if declared is not None and "yes" in options_of(declared):
            return Is(name.text, "yes")
        return self._unfit(name, f"'{name.text}' alone is neither true nor false", self._use_of(name.text))

    def known(self, name: Token, word: str, within: int | None = None) -> Guard:
        """``known(name)``, or ``within(name, duration)``."""
        return Always() if self._input(name, f"{word}()") is None else Known(name.text, within)

    def clock(self, clock: ClockName, first: Token, operator: Token, constant: Constant | None, window: tuple[int, int]) -> Guard:
        """``time since start >= constant``; ``first`` is the word ``time``."""
        self.uses.append(Use("", self.at(first)))
        return self._duration(Clock(clock), operator, constant, window)

    def cumulative(self, first: Token, operator: Token, amount: Constant | None, unit: Token) -> Guard:
        """``cumulative dose <= 200 mg``; ``first`` is its first word."""
        self.uses.append(Use("", self.at(first), "the cumulative dose"))
        term = cumulative_dose(self.report, self.names, unit.text, self.at(unit))
        if term is None or amount is None or amount.number is None:
            return Always()
        if amount.number < 0:
            self.report.add("P067", f"{say_number(amount.number)} is below 0", self._span(amount), AN_AMOUNT)
        return _compare(term, operator, amount.number)

    def _input(self, name: Token, asker: str) -> Input | None:
        if not self.names.check_known(self.report, name.text, self.at(name)):
            return None
        if self.names.section(name.text) != "inputs":
            inputs = listed(sorted(self.names.inputs))
            self._unfit(name, f"{asker} asks an input, and '{name.text}' is none", f"Inputs: {inputs}")
        return self.names.inputs.get(name.text)

    def _named(self, name: Token, section: str) -> Guard:
        self.uses.append(Use(name.text, self.at(name)))
        question = self.names.interpretations.get(name.text) if section == "interpretations" else None
        if question and question.without_guard:
            message = f"'{name.text}' is used in a guard, and not each of its readings has one"
            self.report.add("P056", message, self.at(name), f"Add a 'guard' to: {listed(question.without_guard)}")
        return Named(name.text)

    def _tracker(self, name: Token, operator: Token, constant: Constant | None) -> Guard:
        self.uses.append(Use(name.text, self.at(name)))
        tracker = self.names.trackers[name.text]
        if tracker is None or tracker.kind is None or constant is None:
            return Always()
        if tracker.kind in ("duration", "since"):
            return self._duration(Tracked(name.text), operator, constant, (0, 0))
        if tracker.kind in ("lowest", "highest"):
            return self._extreme(name, tracker, operator, constant)
        number = self._plain_number(constant, f"'{name.text}' is a count")
        if number is not None and (number < 0 or number.denominator != 1):
            hint = "Compare a count with a whole number, 0 or more."
            self.report.add("P049", f"{say_number(number)} is not a count", self._span(constant), hint)
        return _compare(Tracked(name.text), operator, number)

    def _extreme(self, name: Token, tracker: TrackerName, operator: Token, constant: Constant) -> Guard:
        number = self._plain_number(constant, f"'{name.text}' is a number of {tracker.input}")
        kind = self.names.number(tracker.input)
        if kind is not None:
            self._plausible(tracker.input, kind, number, constant)
        return _compare(Tracked(name.text), operator, number)

    def _derived_number(self, name: Token, operator: Token, constant: Constant | None) -> Guard:
        kind = self.names.numbers[name.text]
        is_score = name.text in self.names.scores
        if is_score:
            self.uses.append(Use(name.text, self.at(name)))
        if constant is None:
            return Always()
        number = self._plain_number(constant, f"'{name.text}' is computed")
        if is_score and number is not None and number.denominator != 1:
            message = f"{say_number(number)} is no number of points"
            self.report.add("P066", message, self._span(constant), "A score is a whole number.")
            return Always()
        if kind is not None:
            self._plausible(name.text, kind, number, constant)
        return _compare(Value(name.text), operator, number)

    def _number(self, name: Token, kind: Number, operator: Token, constant: Constant) -> Guard:
        if constant.limit is None:
            number = self._plain_number(constant, f"'{name.text}' is a number")
            self._plausible(name.text, kind, number, constant)
            return _compare(Value(name.text), operator, number)
        if constant.number is not None and constant.number <= 0:
            message = f"{say_number(constant.number)} x {constant.limit} is not above 0"
            of = "the baseline" if constant.limit == "baseline" else "a limit of normal"
            self.report.add("P051", message, self._span(constant), f"A multiple of {of} is above 0.")
        if constant.limit == "baseline" and kind.low < 0:
            message = f"'{name.text}' can be below 0, where a multiple of its baseline means nothing"
            hint = "Compare the difference from baseline, by a formula under 'derived'."
            self.report.add("P059", message, self._span(constant), hint)
        elif kind.low < 0:
            message = f"'{name.text}' can be below 0, where a multiple of a limit of normal means nothing"
            self.report.add("P051", message, self._span(constant), _ABOVE_0)
        return _compare(Ratio(name.text, constant.limit), operator, constant.number)

    def _grade(self, term: Value | GradeOf, operator: Token, constant: Constant) -> Guard:
        number = self._plain_number(constant, f"'{term.input}' is a grade" if isinstance(term, Value) else "a grade is a number")
        if number is not None and (number.denominator != 1 or not 0 <= number <= HIGHEST_GRADE):
            message = f"{say_number(number)} is not a grade"
            self.report.add("P050", message, self._span(constant), "Grades are the whole numbers 0 to 5.")
        return _compare(term, operator, number)

    def _plain_number(self, constant: Constant, fact: str) -> Fraction | None:
        if constant.minutes is not None:
            message = f"{fact} and is not compared with a duration"
            self.report.add("P048", message, self._span(constant), "Write a number without a unit.")
        elif constant.limit == "baseline":
            self.report.add("P059", f"{fact} and has no baseline", self._span(constant), "Measured numbers have a baseline.")
            return None
        elif constant.limit is not None:
            message = f"{fact} and has no {constant.limit}"
            self.report.add("P046", message, self._span(constant), "Only measured numbers have limits of normal.")
            return None
        return constant.number

    def _plausible(self, name: str, kind: Number, number: Fraction | None, constant: Constant) -> None:
        if number is not None and not kind.low <= number <= kind.high:
            low, high = say_number(kind.low), say_number(kind.high)
            message = f"{say_number(number)} is outside the plausible range of '{name}'"
            unit = "." if kind.unit == "1" else f" {kind.unit}; check the unit."
            hint = f"'{name}' is from {low} to {high}{unit}"
            self.report.add("P051", message, self._span(constant), hint)

    def _duration(self, term: Term, operator: Token, constant: Constant | None, window: tuple[int, int]) -> Guard:
        if operator.text in ("==", "!="):
            message = f"a duration is not compared by '{operator.text}'"
            self.report.add("P052", message, self.at(operator), "Use < <= > or >=: visits seldom fall on one minute.")
        if window != (0, 0) and (operator.text != ">=" or not isinstance(term, Clock)):
            message = "a visit window goes with 'time ... >= ...' only"
            self.report.add("P053", message, self.at(operator), "Leave the window out, or write '>='.")
        if constant is not None and constant.minutes is None:
            message = "time is compared with a duration"
            self.report.add("P048", message, self._span(constant), "Write a whole number and a unit, such as '4 weeks'.")
        minutes = constant.minutes if constant else None
        return Always() if minutes is None else Compare(term, cast(Operator, operator.text), Fraction(minutes), *window)

    def _use_of(self, name: str) -> str:
        declared = self.names.inputs.get(name)
        if self.names.section(name) == "trackers":
            tracker = self.names.trackers[name]
            constant = "2 weeks" if tracker and tracker.kind in ("duration", "since") else "2"
            return f"Compare the tracker: '{name} >= {constant}'."
        if name in self.names.numbers:
            return f"Compare it with a number: '{name} >= ...'."
        if declared is None:
            return f"Write '{name}' or 'not {name}'."
        if isinstance(declared.kind, Choice):
            return f"Write '{name} is {declared.kind.options[0]}'."
        return f"Compare it with a number: '{name} >= ...'."

    def _unfit(self, name: Token, message: str, hint: str) -> Guard:
        self.report.add("P044", message, self.at(name), hint)
        return Always()

    def _span(self, constant: Constant) -> Span:
        return self.guard.at(constant.start, constant.end)


def _compare(term: Term, operator: Token, number: Fraction | None) -> Guard:
    return Always() if number is None else Compare(term, cast(Operator, operator.text), number)


def _yes_or_no(name: Token) -> str:
    return f"Write '{name.text}' or 'not {name.text}'."
