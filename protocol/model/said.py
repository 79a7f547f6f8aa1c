"""How an action is said, in the words in which it is written in a protocol."""

from __future__ import annotations

from protocol.model.rule import Action, AtMost, By, Same, To


def say_action(action: Action) -> str:
    """``resume at the next lower level, else stop``."""
    anew = " as a new patient" if action.anew else ""
    return _bare_action(action) + anew + (f", else {action.off_ladder}" if action.off_ladder else "")


def _bare_action(action: Action) -> str:
    match action.target:
        case To(level):
            return f"{action.kind} {'to' if action.kind in ('escalate', 'reduce') else 'at'} {level}"
        case Same():
            return f"{action.kind} at the same level"
        case AtMost(level):
            return f"hold then at most {level}" if action.kind == "hold" else f"{action.kind} at most at {level}"
        case By(1):
            return "resume at the next lower level" if action.kind == "resume" else action.kind
        case By(steps):
            return f"resume {steps} levels lower" if action.kind == "resume" else f"{action.kind} by {steps}"
        case None:
            meanwhile = {"continue": ", dose continues", "withhold": ", dose withheld", "": ""}[action.meanwhile]
            return action.kind + meanwhile
