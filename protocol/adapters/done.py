"""What does a protocol do at a visit, in words without the names of its levels and rules?"""

from __future__ import annotations

from protocol.adapters.phrases import is_no_order, listed
from protocol.model.decision import Decision
from protocol.model.protocol import Protocol
from protocol.model.regimen import Dose


def said(protocol: Protocol, decision: Decision, *beside: str) -> str:
    """What a protocol does, without the names of its levels and rules: ``goes on with 100 mg every day``; and what ``beside``."""
    return " and ".join((_done(protocol, decision), *beside, *(["contradicts itself"] if decision.conflict else [])))


def _done(protocol: Protocol, decision: Decision) -> str:
    stands = f"{regimen_of(protocol, decision.after.dose)} stands" if decision.after.dose.is_drug else "there is still no drug"
    if is_no_order(decision):
        return f"is silent, so {stands}"
    if decision.status == "undecided" and not decision.withheld:
        return f"is undecided{_blocked(decision) or _missing(decision)}, so {stands}"
    if decision.withheld:
        return f"withholds the drug{_missing(decision)}"
    done = _action(protocol, decision)
    return f"{done}, provisionally{_missing(decision)}" if decision.status == "provisional" else done


def _blocked(decision: Decision) -> str:
    return f" because the step cannot be taken ({decision.blocked})" if decision.blocked else ""


def _missing(decision: Decision) -> str:
    if not decision.missing:
        return ""
    verb = "is" if len(decision.missing) == 1 else "are"
    return f" because {listed((one.name for one in decision.missing), 3)} {verb} not known"


def _action(protocol: Protocol, decision: Decision) -> str:
    after = decision.after
    dose = regimen_of(protocol, after.dose)
    at_once = f" and gives {decision.supplement} at once" if decision.supplement else ""
    anew = " as in a new patient" if after.anew else ""
    match decision.action:
        case "hold" | "stop":
            return f"{decision.action}s{_from(protocol, decision)}"
        case "review":
            return f"asks for review, with {dose} meanwhile"
        case "continue":
            return _goes_on(decision, dose)
        case "start":
            return f"starts {dose}{anew}{at_once}"
        case "resume":
            if not after.dose.is_drug:
                return _goes_on(decision, dose)
            return f"resumes with {dose}{anew}{at_once}"
        case "escalate":
            return f"raises to {dose}{at_once}"
    return f"lowers to {dose}"


def _from(protocol: Protocol, decision: Decision) -> str:
    return f" {regimen_of(protocol, decision.before.dose)}" if decision.before.dose.is_drug else ""


def _goes_on(decision: Decision, dose: str) -> str:
    if decision.after.dose.is_drug:
        return f"goes on with {dose}"
    return {"before treatment": "does not start", "held": "goes on holding", "stopped": "stays stopped"}.get(
        decision.after.control.kind, "goes on without drug"
    )


def regimen_of(protocol: Protocol, dose: Dose) -> str:
    """``100 mg every day``, ``no drug``."""
    if not dose.is_drug:
        return "no drug"
    return str(protocol.level(dose.name).regimen) if dose.kind == "level" else dose.name or "a dose off the ladder"
