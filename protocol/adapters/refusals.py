"""Which readings of a trace were refused: at its visits, and later than them, where a reading was recorded later."""

from __future__ import annotations

from collections.abc import Iterable

from protocol.adapters.phrases import listed
from protocol.model.decision import Refusal, Step, Trace


def late_at(trace: Trace, step: Step) -> tuple[Refusal, ...]:
    """The readings refused later than their visit that were observed at this one."""
    return tuple(refusal for refusal in trace.refused if _is_of(refusal, step))


def late_elsewhere(trace: Trace) -> tuple[Refusal, ...]:
    """Those that do not say when they were observed, or not at the time of a visit."""
    return tuple(refusal for refusal in trace.refused if not any(_is_of(refusal, step) for step in trace.steps))


def _is_of(refusal: Refusal, step: Step) -> bool:
    visit, observed = step.visit, refusal.observation.observed
    return observed is not None and visit.time <= observed <= (visit.time if visit.latest is None else visit.latest)


def by_reason(refusals: Iterable[Refusal]) -> tuple[str, ...]:
    """``anc and platelets (corrected later)``: the inputs of each reason, each input once."""
    inputs: dict[str, dict[str, None]] = {}
    for refusal in refusals:
        inputs.setdefault(refusal.why.rstrip("."), {})[refusal.observation.input] = None
    return tuple(f"{listed(names)} ({why})" for why, names in inputs.items())
