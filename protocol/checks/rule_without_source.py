"""F016: rules that do not say where they come from."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.model.monitoring import Monitoring
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule
from protocol.model.table import entries


@check(
    "F016",
    "a rule without a source",
    "The source of a rule, or of an entry under 'monitoring', travels with every decision that it gives, so that a reader can "
    "look it up. What no text prints has a source too: declare one for what is your own, such as 'ours: {cite: This project, "
    "unverified: not printed}'.",
)
def rule_without_source(protocol: Protocol) -> Iterator[Finding]:
    """One finding for all rules and monitoring entries without ``source``, under any reading."""
    cited: tuple[Rule | Monitoring, ...] = (*entries(protocol.rules), *protocol.monitoring)
    names = [one.name for one in cited if one.source is None]
    if names:
        hint = "Add 'source: NAME, PLACE', with the name declared under 'sources'."
        yield Finding("F016", f"without a source: {', '.join(names)}", names[0], hint)
