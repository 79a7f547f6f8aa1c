"""What can be wrong with a protocol that parses: one file, one check, one code."""

from __future__ import annotations

from protocol.checks.dead_rule import dead_rule
from protocol.checks.finding import Finding
from protocol.checks.hold_without_way_out import hold_without_way_out
from protocol.checks.ladder_order import ladder_order
from protocol.checks.off_ladder import off_ladder
from protocol.checks.raising_above_lowering import raising_above_lowering
from protocol.checks.silence import silence
from protocol.checks.unused_input import unused_input
from protocol.checks.waived_law import waived_law
from protocol.model.protocol import Protocol

CHECKS = (silence, off_ladder, raising_above_lowering, hold_without_way_out, waived_law, unused_input, ladder_order, dead_rule)


def findings(protocol: Protocol) -> tuple[Finding, ...]:
    """Everything that the checks find in a protocol under its chosen readings, in the order of the checks."""
    return tuple(finding for check in CHECKS for finding in check(protocol))


__all__ = ["CHECKS", "Finding", "findings"]
