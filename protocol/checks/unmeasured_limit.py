"""F013: a stop that comes due by the length of a hold alone, though nobody may have measured whether the patient recovered."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.asked import clocks_in, inputs_in
from protocol.checks.finding import Finding, check
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule, Where


@check(
    "F013",
    "a limit that runs while nobody measures",
    "Treatment ends because a hold has lasted too long, and the rule does not ask whether the patient has recovered. If the "
    "inputs of the resume rule were not measured in the meantime, a patient who recovered long ago is taken off for good. Ask "
    "for what keeps the patient on hold as well ('time on hold >= 4 weeks and anc < 1.5'), so that an unknown value leaves the "
    "hold standing, or say with 'waiver' that the limit is meant to end treatment even so.",
)
def unmeasured_limit(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each stop in force on hold that asks how long it has lasted and no input that a resume rule asks."""
    for rule in protocol.in_force():
        if rule.action.kind != "stop" or rule.waiver or not _is_due_on_hold(protocol, rule):
            continue
        awaited = _awaited(protocol, rule)
        if awaited and not awaited & inputs_in(protocol, rule.when):
            names = ", ".join(sorted(awaited))
            hint = (
                f"Ask in its guard what keeps the patient on hold ({names}), or say with 'waiver:' why time alone ends treatment."
            )
            message = f"rule '{rule.name}' ends treatment after a time on hold, also if recovery was never measured"
            yield Finding("F013", message, rule.name, hint)


def _is_due_on_hold(protocol: Protocol, rule: Rule) -> bool:
    held = any(where.control == "held" for where in rule.where)
    clocks = {"hold", "state"} if held else {"hold"} if rule.on_hold else set()
    return bool(clocks & set(clocks_in(protocol, rule.when)))


def _awaited(protocol: Protocol, stop: Rule) -> frozenset[str]:
    """The inputs of the rules that end the holds which this rule can end too."""
    resumes = (rule for rule in protocol.in_force() if rule.action.kind == "resume")
    return frozenset(
        name
        for rule in resumes
        for where in rule.where
        if where.control == "held" and any(_share(where, place) for place in stop.where)
        for name in inputs_in(protocol, rule.when)
    )


def _share(resumed: Where, stopped: Where) -> bool:
    """Whether a patient whom the one can resume can be one whom the other stops."""
    by = resumed.by if stopped.control == "held" else ()
    at_levels = not resumed.levels or not stopped.levels or set(resumed.levels) & set(stopped.levels)
    return bool(at_levels) and (not by or not stopped.by or bool(set(by) & set(stopped.by)))
