"""What is said of a visit at the leaf of a decision tree, and what becomes of the patient?"""

from __future__ import annotations

from attrs import frozen

from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.concluding import Concluded, action_of, is_silent, rule_of
from protocol.executors.compiled.deviating import Judged, judged
from protocol.executors.compiled.following import Moved, assumed, followed, moved
from protocol.executors.compiled.ordering import Ordered, Patient
from protocol.executors.compiled.windows import Closing
from protocol.executors.decision_row import Row, dose_text, permitted_text
from protocol.model.course import Given
from protocol.model.decision import Effect
from protocol.model.protocol import Protocol
from protocol.model.regimen import Dose
from protocol.semantics.effects import in_force


@frozen
class Leaf:
    """The row, the dose in force before, where the patient is afterwards, the effect that was recommended, what was given, and
    whether that is what was recommended."""

    row: Row
    before: Dose
    moved: Moved
    effect: Effect
    given: Given | None
    is_recommended: bool
    conflict: tuple[str, ...] = ()
    closings: tuple[Closing, ...] = ()

    @property
    def outline(self) -> tuple[object, ...]:
        """By what two decisions are told apart: status, effect, rule, and the rules that contradict each other."""
        return self.row[4], self.effect, self.row[1], self.conflict

    @property
    def is_open(self) -> bool:
        """Whether what is given later can still change what is said of it."""
        deviates = self.deviation is not None or bool(self.closings)
        return deviates and self.verdict == "none" and not self.is_recommended

    @property
    def verdict(self) -> str | None:
        """Under which completions what was given was permitted."""
        return self.row[6]

    @property
    def deviation(self) -> str | None:
        """The kind of the deviation, as far as the visit itself says."""
        return self.row[7]


def followed_by(patient: Patient, found: Concluded, givens: list[Given | None]) -> Leaf:
    """The leaf to which a decision leads with what was given, which is asked first, and all that this calls for."""
    given = givens[patient.view.code(patient.view.frame.axes.number(Axis(layout.GIVEN)))]
    if given is None:
        effect, answer = assumed(patient, found), Judged()
    else:
        effect, answer = followed(patient.place, found, given), judged(patient, found, given)
    after = moved(patient, found, effect)
    row = _row(patient, found, answer, given is None)
    return Leaf(row, patient.place.spot.dose, after, found.effect, given, answer.is_recommended, found.conflict, answer.closings)


def _row(patient: Patient, found: Concluded, answer: Judged, is_assumed: bool) -> Row:
    place, rule = patient.place, rule_of(patient.place, found)
    return (
        action_of(place, found),
        rule.name if rule else None,
        dose_text(in_force(place.state)),
        dose_text(found.effect),
        found.status,
        _permitted(place.frame.protocol, found),
        answer.verdict,
        answer.deviation,
        found.withheld,
        is_silent(place, found),
        is_assumed,
    )


def _permitted(protocol: Protocol, found: Concluded) -> str:
    """The permitted doses from the least to the most, with a question mark where that depends on what is missing."""
    effects = {offer.effect for _, result in found.results for offer in result.beside()}
    always = {effect for effect in effects if all(_permits(result, effect) for _, result in found.results)}
    certain = {dose_text(effect) for effect in always} | {dose_text(found.effect)}
    return permitted_text(protocol, certain, {dose_text(effect) for effect in effects})


def _permits(result: Ordered, effect: Effect) -> bool:
    return any(offer.effect == effect for offer in (*result.ordered, *result.offered))


def with_deviation(row: Row, kind: str | None) -> Row:
    """The row with another deviation, once it is known what was given later."""
    return (*row[:7], kind, *row[8:])
