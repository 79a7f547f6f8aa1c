"""What was seen of a patient who is only watched: at each visit the truth of each rule, without a dose and without a decision."""

from __future__ import annotations

from attrs import frozen

from protocol.model.course import Visit
from protocol.model.decision import Fact, Refusal


@frozen
class Answer:
    """Whether a rule's condition holds at a visit: True, False, or None where that is not known.

    ``needs`` names what it depends on then; ``on_date``: it depends on a date that is only partly known.
    ``measured``: something that the rule asks was read at this very visit. ``facts`` are what it asks, where it is true.
    """

    rule: str
    holds: bool | None
    needs: tuple[str, ...] = ()
    on_date: bool = False
    measured: bool = False
    facts: tuple[Fact, ...] = ()


@frozen
class Seen:
    """One visit: an answer for each rule, and the readings that were refused."""

    visit: Visit
    answers: tuple[Answer, ...]
    refused: tuple[Refusal, ...] = ()


@frozen
class Watching:
    """What was seen in one course, by the rules of one protocol, whose fingerprint it carries."""

    protocol: str
    version: str
    fingerprint: str
    course: str
    visits: tuple[Seen, ...]

    def of(self, rule: str) -> tuple[tuple[Visit, Answer], ...]:
        """The answers of one rule, visit by visit."""
        return tuple((seen.visit, answer) for seen in self.visits for answer in seen.answers if answer.rule == rule)
