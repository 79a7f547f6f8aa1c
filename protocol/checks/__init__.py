"""What can be wrong with a protocol that parses: one file, one check, one code, one page."""

from __future__ import annotations

from protocol.checks.baseline_before_start import baseline_before_start
from protocol.checks.dead_monitoring import dead_monitoring
from protocol.checks.dead_rule import dead_rule
from protocol.checks.equal_readings import equal_readings
from protocol.checks.finding import Check, Finding
from protocol.checks.grade_without_version import computes_grades, grade_without_version
from protocol.checks.hold_without_way_out import hold_without_way_out
from protocol.checks.ladder_order import ladder_order
from protocol.checks.off_ladder import off_ladder
from protocol.checks.provisional_dead_end import provisional_dead_end
from protocol.checks.raising_above_lowering import raising_above_lowering
from protocol.checks.resume_in_its_own_way import resume_in_its_own_way
from protocol.checks.review_without_way_out import review_without_way_out
from protocol.checks.rule_without_source import rule_without_source
from protocol.checks.shadowed_rule import shadowed_rule
from protocol.checks.silence import silence
from protocol.checks.unmeasured_limit import unmeasured_limit
from protocol.checks.unreachable_level import unreachable_level
from protocol.checks.unreachable_state import unreachable_state
from protocol.checks.unused_input import unused_input
from protocol.checks.unused_name import unused_name
from protocol.checks.validity_below_schedule import validity_below_schedule
from protocol.checks.waived_law import waived_law
from protocol.model.protocol import Protocol

CHECKS: tuple[Check, ...] = (
    silence, off_ladder, raising_above_lowering, hold_without_way_out, waived_law, unused_input, ladder_order, dead_rule,
    provisional_dead_end, unreachable_state, unreachable_level, grade_without_version, unmeasured_limit,
    validity_below_schedule, unused_name, rule_without_source, review_without_way_out, equal_readings, shadowed_rule,
    resume_in_its_own_way, baseline_before_start, dead_monitoring,
)  # fmt: skip

CODES = {check.code.code: check.code for check in CHECKS}
"""The pages of the checks, by code."""


def findings(protocol: Protocol) -> tuple[Finding, ...]:
    """Everything that the checks find in a protocol under its chosen readings, in the order of the checks."""
    if not computes_grades(protocol):  # then its guards cannot be asked anything
        return tuple(grade_without_version(protocol))
    return tuple(finding for check in CHECKS for finding in check(protocol))


__all__ = ["CHECKS", "CODES", "Check", "Finding", "findings"]
