"""What does one of two protocols permit at a visit that the other does not, and by which rule?"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.adapters.decided_by import cited, rests_on
from protocol.adapters.done import regimen_of
from protocol.adapters.phrases import listed
from protocol.model.decision import Decision, Permission
from protocol.model.difference import Different
from protocol.model.giving import Giving, giving
from protocol.model.protocol import Protocol

Side = tuple[Protocol, Decision]
"""One of two protocols with what it decides at a visit."""


def permits(here: Side, there: Side, other: str) -> Iterator[str]:
    """``permits what the new one does not: resume with 200 mg every day``, if there is such; ``other`` is who does not."""
    if only := listed(only_permitted(here, there)):
        yield f"permits what {other}: {only}"


def permitted_by_both(one: Side, other: Side) -> tuple[str, ...]:
    """What both permit beside what they order."""
    shared = _permitted(one).keys() & _permitted(other).keys()
    return _said(one, [found for told, found in _permitted(one).items() if told in shared])


def only_permitted(here: Side, there: Side) -> tuple[str, ...]:
    """What only the one permits, in words."""
    return _said(here, _only(here, there))


def grounds(old: Protocol, new: Protocol, one: Different) -> tuple[str, str]:
    """What both decisions rest on; where they differ in what is permitted, by which rules only one of the two permits it."""
    was, now = (old, one.old[-1].decision), (new, one.new[-1].decision)
    apart = one.meaning.startswith("permits")
    return (
        rests_on(old, one.old[-1], one.old_unruled, tuple(_by(was, now)) if apart else None),
        rests_on(new, one.new[-1], one.new_unruled, tuple(_by(now, was)) if apart else None),
    )


def _by(here: Side, there: Side) -> Iterator[str]:
    """By which rules only this one permits something; and which could permit what only the other one does."""
    for one in _only(here, there):
        yield f"Beside it {cited(here[0], one.rule, f' permits to {_permission(here[0], one)}')}"
    wanted = {giving(there[0], one.effect) for one in _only(there, here)}
    for one in here[1].permitted:
        if one.certainty == "unknown" and giving(here[0], one.effect) in wanted:
            unsure = f" may permit to {_permission(here[0], one)}, depending on {listed(one.needs, 3) or 'what is missing'}"
            yield f"Beside it {cited(here[0], one.rule, unsure)}"
        elif wanted and one.effect.undefined and one.certainty == "permitted":
            yield f"Beside it {cited(here[0], one.rule, f' permits a step that cannot be taken ({one.effect.undefined})')}"


def _only(here: Side, there: Side) -> list[Permission]:
    others = _permitted(there)
    return [one for told, one in _permitted(here).items() if told not in others]


def _permitted(side: Side) -> dict[Giving, Permission]:
    """What is permitted for certain, and is not what is ordered anyway, each once."""
    protocol, decision = side
    found: dict[Giving, Permission] = {}
    for one in decision.permitted:
        if one.certainty == "permitted" and not one.effect.undefined:
            found.setdefault(giving(protocol, one.effect), one)
    found.pop(giving(protocol, decision.after), None)
    return found


def _said(side: Side, found: list[Permission]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_permission(side[0], one) for one in found))


def _permission(protocol: Protocol, one: Permission) -> str:
    """``resume with 200 mg every day``."""
    at_once = f", and {one.effect.supplement} at once" if one.effect.supplement else ""
    dose = f"{regimen_of(protocol, one.effect.dose)}{at_once}{' as in a new patient' if one.effect.anew else ''}"
    if not one.effect.dose.is_drug:
        return one.action if one.action in ("hold", "stop") else "go on without drug"
    match one.action:
        case "escalate":
            return f"raise to {dose}"
        case "reduce":
            return f"lower to {dose}"
        case "start":
            return f"start {dose}"
        case "resume":
            return f"resume with {dose}"
    return f"ask for review, with {dose} meanwhile" if one.action == "review" else f"go on with {dose}"
