"""A decision and what stands around it: the facts it rests on, what was permitted, what was missing, what was given."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from attrs import field, frozen

from protocol.model.course import Given, Observation, Visit
from protocol.model.dispensing import Dispensed
from protocol.model.monitoring import Monitored
from protocol.model.regimen import Amount, Dose
from protocol.model.rule import ActionKind, Citation, Status
from protocol.model.state import Control, State

Certainty = Literal["permitted", "unknown"]


@frozen(cache_hash=True)
class Effect:
    """What an action does here: the control state and the dose in force that it leads to.

    ``level`` is the level kept for resuming. ``undefined`` says why the step cannot be taken (no such rung, or the dose in
    force is not on the ladder); then the dose in force stands, whatever the reason, so effects are equal for any reason.
    ``supplement`` is given once with it; actions that differ in it have different effects. It is no part of the state.
    ``anew``: the course begins anew with it, as in a new patient.
    """

    control: Control
    level: Dose
    dose: Dose
    undefined: str = field(default="", eq=bool)
    supplement: Amount | None = None
    anew: bool = False


@frozen
class Fact:
    """Something that a rule asked: its value as reported, when it was observed, and how well it is known at this visit.

    ``observed`` is minutes since the first dose, None for clocks, trackers and what was never read.
    """

    name: str
    value: str
    status: Literal["measured", "carried", "unknown", "computed"]
    observed: int | None = None


@frozen
class Outcome:
    """What would be decided if a missing value lay ``when``; several texts mean that it also depends on others."""

    when: str
    then: tuple[str, ...]


@frozen
class Missing:
    """A missing value that matters, and what each value of it would make of the decision.

    ``inputs`` are those to be measured for it: the input itself, or all that a tracker asks.
    """

    name: str
    outcomes: tuple[Outcome, ...]
    inputs: tuple[str, ...] = ()


@frozen
class Permission:
    """An effect that is, or may be, permitted beside the recommended one, and the rule that permits it; ``also`` are others.

    Where something that a rule only permits is recommended, it is also what a rule orders if that is not done.

    ``certainty``: ``permitted`` under every completion of what is missing, or ``unknown`` (under some), naming in ``needs``
    what it depends on. What is unknown is not permitted. Where it is permitted, but no rule permits it by itself whatever is
    missing, the rules are all that could, and ``needs`` names on what it depends which of them does.
    """

    rule: str
    action: ActionKind
    effect: Effect
    certainty: Certainty
    needs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """All rules that permit it, or may, in order."""
        return self.rule, *self.also

    @property
    def supplement(self) -> Amount | None:
        """What is given once with the permitted action."""
        return self.effect.supplement


@frozen
class Due:
    """A scheduled measurement: due since or from ``since``, overdue after ``latest`` (minutes since the first dose)."""

    input: str
    status: Literal["due", "overdue", "never measured"]
    since: int
    latest: int


@frozen
class Decision:
    """What the protocol says at one visit.

    ``rule`` is the rule that gave it (empty: none fired), ``rules`` all that could have under some completion.
    ``silent``: no rule covers this visit and the protocol does not say that nothing covered means continue (what it says
    of its levels it does not say of a dose off the ladder), or the step that is ordered leads beyond an end of the ladder
    that is ours.
    ``withheld``: no drug until the missing values are there, because what they left open could not be undone.
    ``blocked`` explains an action that was ordered and cannot be taken (a step off the ladder).
    ``lowered_by`` is the reduction, or the hold, that takes a resumed dose to a lower level than ``rule`` says.
    ``unverified`` lists why the rule may not be relied on.
    ``monitoring`` says how often inputs are measured from now on, of those for which the protocol has entries, ``due`` what is to
    be measured now: after what was given, where that is known, else where the decision leads.
    ``dispensed`` is what is dispensed for each administration of the dose to which it leads, where the protocol says how.
    ``conflict``: the cells of one table that order different things here, so that the source contradicts itself. What one of
    them says is permitted; ``facts`` are those of all of them where the decision rests on no rule alone. Where the source is
    silent, whatever is missing, they are what all rules of that place ask.
    ``acted_on``: where no rule gave the decision, those that would order something if all that they rest on had not been acted
    on before; what they ordered then stands.
    """

    time: int
    status: Status
    action: ActionKind
    before: Effect
    after: Effect
    rule: str = ""
    rules: tuple[str, ...] = ()
    source: Citation | None = None
    says: str = ""
    facts: tuple[Fact, ...] = ()
    permitted: tuple[Permission, ...] = ()
    missing: tuple[Missing, ...] = ()
    reasons: tuple[str, ...] = ()
    due: tuple[Due, ...] = ()
    withheld: bool = False
    silent: bool = False
    blocked: str = ""
    lowered_by: str = ""
    unverified: tuple[str, ...] = ()
    conflict: tuple[str, ...] = ()
    acted_on: tuple[str, ...] = ()
    monitoring: tuple[Monitored, ...] = ()
    dispensed: Dispensed | None = None

    @property
    def supplement(self) -> Amount | None:
        """What is given once with the action; only a decided raise has one, because it cannot be taken back."""
        return self.after.supplement

    def permitting(self, certainty: Certainty = "permitted") -> tuple[str, ...]:
        """The rules of what is permitted so surely."""
        return tuple(rule for one in self.permitted if one.certainty == certainty for rule in one.rules)

    def blinded(self, *, hide: Collection[str] = (), action: bool = False) -> Blinded:
        """What somebody may see who must not know the treatment; with ``action`` also what is done, such as ``hold``.

        ``hide`` names inputs that give the treatment away, such as the arm; they are not named.
        """
        hidden = frozenset((hide,) if isinstance(hide, str) else hide)
        needs = dict.fromkeys(name for missing in self.missing for name in missing.inputs if name not in hidden)
        due = tuple(item for item in self.due if item.input not in hidden)
        return Blinded(self.time, self.status, tuple(needs), due, self.action if action else None)


@frozen
class Blinded:
    """A decision without dose, level, arm, rule, reason or threshold: whether it is made, and what is to be measured.

    ``needs`` are the missing inputs on which the decision depends. ``action`` is None unless it was asked for.
    """

    time: int
    status: Status
    needs: tuple[str, ...]
    due: tuple[Due, ...]
    action: ActionKind | None = None


@frozen
class Verdict:
    """Whether what was given was permitted: under ``every`` completion of what is missing, under ``some``, or under ``none``.

    ``recommended``: it is what the decision recommended. ``needs`` says, per missing value that matters, when it was permitted.
    ``depends_on_date``: a date of the course is a range, and the verdict is not the same throughout it.
    ``met_at``: the recommendation came into force later, but in time; None if at the visit or not at all.
    ``on_time_until``: the minute until which what is ordered is on time, where a visit window says so and it was not done yet.
    """

    given: Given
    permitted: Literal["every", "some", "none"]
    recommended: bool
    needs: tuple[Missing, ...] = ()
    depends_on_date: bool = False
    met_at: int | None = None
    on_time_until: int | None = None


DeviationKind = Literal[
    "dose above permitted",
    "dose below permitted",
    "change too early",
    "change too late",
    "hold missed",
    "hold without reason",
    "stop missed",
    "stop without reason",
    "resumed too early",
    "wrong resume level",
    "treatment after stop",
    "started too early",
    "begun anew without reason",
    "off the ladder",
    "protocol silent",
    "not decidable",
]


@frozen
class Deviation:
    """What was given differs from what was permitted; ``kind`` is the field's term for how.

    ``not decidable``: whether it differs depends on what is missing, which the message names.
    """

    kind: DeviationKind
    message: str

    @property
    def is_certain(self) -> bool:
        """Whether what was given was not permitted, whatever the missing values are."""
        return self.kind != "not decidable"


@frozen
class Refusal:
    """An observation that was not accepted, and why; its input is unknown at this visit."""

    observation: Observation
    why: str


@frozen
class Step:
    """One visit: the decision, the verdict on what was given, what was refused, and the state afterwards.

    ``assumed``: the data do not say what was given, so the state follows the recommendation.
    ``depends_on_date``: a date of the course is a range, and the decision is not the same throughout it.
    """

    visit: Visit
    decision: Decision
    state: State
    verdict: Verdict | None = None
    deviations: tuple[Deviation, ...] = ()
    refused: tuple[Refusal, ...] = ()
    assumed: bool = False
    depends_on_date: bool = False


@frozen
class Revision:
    """A decision that was issued on what was recorded then, and what it would be with what was recorded later."""

    time: int
    issued: Decision
    revised: Decision


@frozen
class Trace:
    """The decisions of one course under one protocol, whose fingerprint it carries.

    ``steps`` are the decisions as they were issued; ``revisions`` those that later corrections would have changed.
    ``refused`` are readings recorded later than their visit that were not accepted; the others are in their steps.
    """

    protocol: str
    version: str
    fingerprint: str
    course: str
    steps: tuple[Step, ...]
    revisions: tuple[Revision, ...] = ()
    refused: tuple[Refusal, ...] = ()
