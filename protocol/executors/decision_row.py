"""How is a decision written in a row, whichever executor made it?"""

from __future__ import annotations

from collections.abc import Collection

from protocol.model.decision import Effect, Step
from protocol.model.protocol import Protocol
from protocol.model.regimen import NO_DRUG

Row = tuple[str, str | None, str, str, str, str, str | None, str | None, bool, bool, bool]
"""Action, rule, dose before and after, status, permitted doses, verdict, deviation, withheld, silent, assumed."""


def dose_text(effect: Effect) -> str:
    """The dose of an effect as the column ``given`` would have it: a level, a regimen, ``none`` or ``stopped``."""
    if effect.dose == NO_DRUG:
        return "stopped" if effect.control.kind == "stopped" else "none"
    return effect.dose.name


def permitted_text(protocol: Protocol, certain: Collection[str], perhaps: Collection[str]) -> str:
    """The permitted doses from the least to the most; those that depend on what is missing have a question mark."""
    ladder = {name: number for number, name in enumerate(("stopped", "none", *(level.name for level in protocol.levels)))}
    ordered = sorted({*certain, *perhaps}, key=lambda text: (ladder.get(text, len(ladder)), text))
    return "; ".join(text if text in certain else f"{text}?" for text in ordered)


def row_of(protocol: Protocol, step: Step) -> Row:
    """The row of a step of the reference."""
    decision, perhaps = step.decision, {dose_text(one.effect) for one in step.decision.permitted}
    certain = {dose_text(one.effect) for one in decision.permitted if one.certainty == "permitted"} | {dose_text(decision.after)}
    return (
        decision.action,
        decision.rule or None,
        dose_text(decision.before),
        dose_text(decision.after),
        decision.status,
        permitted_text(protocol, certain, perhaps),
        step.verdict.permitted if step.verdict else None,
        step.deviations[0].kind if step.deviations else None,
        decision.withheld,
        decision.silent,
        step.assumed,
    )
