"""F021: a rule before treatment that asks a baseline, which is not known before the first dose."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.model.formula import Baseline, parts
from protocol.model.guard import Compare, Guard, Named, Ratio, Value, nodes
from protocol.model.protocol import Protocol


@check(
    "F021",
    "a baseline asked before treatment",
    "A baseline is the last reading up to the first dose, that visit included, so before the first dose there is none: a rule "
    "in 'before treatment' that compares with it stays unknown, and nobody would be started by it. What is measured then "
    "is the baseline to be: ask its value, as in 'anc >= 1.5' instead of 'anc >= 1.5 x baseline'.",
)
def baseline_before_start(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each rule that applies before treatment and each input whose baseline its guard asks."""
    for rule in protocol.in_force():
        if any(where.control == "before treatment" for where in rule.where):
            for name in dict.fromkeys(_baselines(protocol, rule.when)):
                message = f"rule '{rule.name}' asks the baseline of '{name}' before treatment, where it is not known yet"
                hint = f"Before the first dose ask '{name}' itself; what is measured then is the baseline to be."
                yield Finding("F021", message, rule.name, hint)


def _baselines(protocol: Protocol, guard: Guard) -> Iterator[str]:
    """The inputs whose baseline a guard asks, by way of derived inputs, chosen readings and derived numbers too."""
    scores = {score.name: score for score in protocol.scores}
    formulas = {number.name: number.value for number in protocol.numbers}
    for node in nodes(guard):
        match node:
            case Named(name):
                yield from _baselines(protocol, protocol.definition(name))
            case Compare(Ratio(name, "baseline")):
                yield name
            case Compare(Value(name)) if name in scores:
                for part in scores[name].guards():
                    yield from _baselines(protocol, part)
            case Compare(Value(name) | Ratio(name)) if name in formulas:
                yield from (part.input for part in parts(formulas[name]) if isinstance(part, Baseline))
            case _:
                pass
