"""The codes of what verification says of a protocol, each with what it means and what would be right."""

from __future__ import annotations

from protocol.errors import Code

_TABLE = (
    # Properties that are written in the spec, by their family.
    ("V101", "what must not happen can happen",
     "A property says that something never happens, or that something is always so, and there is a course that follows the "
     "protocol on which it is not. Read the course: the last visit is the one at which it goes wrong. Either a rule is missing a "
     "condition there, or the property claims more than the source does."),
    ("V102", "what must be done is not done in time",
     "A property says that after something the protocol acts within a span of visits or of time, and there is a course on which "
     "the span goes by without it. Often no rule covers the place in which the patient is meanwhile, or a rule above it acts "
     "first."),
    ("V103", "a change without one of its reasons",
     "A property says that something is done only for listed reasons, and there is a course on which it is done for none of "
     "them. Either a reason is missing from the list, or the rule asks for less than it should."),
    ("V104", "what should stay as it is changes",
     "A property says when nothing changes, or how one patient is treated against another, and there is a course on which that "
     "is not so."),
    # Properties that every dosing protocol should have.
    ("V201", "a dose off the ladder",
     "By following the protocol a patient comes to a dose that is no level of the ladder, or a step is ordered where there is no "
     "rung. Say what happens there: ', else hold' behind the action, or another level."),
    ("V202", "an escalation while held",
     "The dose is raised, or drug is begun at a higher level than before, while a patient is held. A hold ends by resuming; "
     "what is raised comes after that."),
    ("V203", "an escalation while a safety input is unknown",
     "The dose is raised, or may be, although something was not measured, or too long ago, on which the protocol holds, reduces "
     "or stops. Ask for it in the rule that raises: 'known(platelets)'."),
    ("V204", "treatment goes on after it was stopped",
     "A patient whose treatment was stopped comes to drug again. If that is meant it is a hold with its way out, not a stop."),
    ("V205", "a hold without a way out",
     "There is a course that leads into a hold, or a review without drug, from which neither drug nor a stop can be reached any "
     "more, whatever is measured. Say under which conditions it ends."),
    ("V206", "a recovered patient at a dead end",
     "A patient in whom everything is normal again stays without drug, and without a decision that says so, for ever. Often the "
     "rule that resumes asks for a rung below the lowest one."),
    ("V207", "a visit of which the protocol says nothing",
     "No rule covers the visit, and the file does not say that it means continue. Cover it, or say 'otherwise: continue' for the "
     "state. Where the source is silent, say so, and where: 'no-silent-visit: {expect: fails, where: ..., note: ...}' under "
     "'properties'."),
    ("V208", "two rules of equal right order different things",
     "Two cells of one table, of which none stands above the other, hold at one visit and order different actions. The cells "
     "overlap; correct their conditions, or say which comes first."),
    ("V209", "worse findings, more drug",
     "At one visit two patients are alike but for one finding, and the one in whom it is worse gets more drug. Sometimes that is "
     "meant: then the file says why, and where: 'never-better-never-more: {waiver: ..., where: ...}' under 'properties'."),
    ("V210", "missing data raise a dose",
     "With a value missing a patient gets more drug than with any value that it could have. It comes from a rule that asks for "
     "'unknown(...)' or negates a comparison."),
    ("V211", "missing data hold back a lowering",
     "With a value missing a patient stays on more drug than with every value that it could have."),
    ("V212", "missing data end treatment",
     "With a value missing treatment is stopped, and with some value that it could have it would not be. What could not be "
     "undone is not done on a missing value: hold, or ask for a review."),
    # What was reached.
    ("V301", "a rule that no course reaches",
     "No course that follows the protocol comes to a visit at which this rule, or this cell of a table, is followed. It may be "
     "shadowed by one above it, or its time may never come; with a finer grid of visits it may be reached."),
    ("V302", "a dose level that no course reaches",
     "No course that follows the protocol comes to this level."),
    ("V303", "a state that no course reaches",
     "No course that follows the protocol comes to this state, or to a decision of this status."),
    ("V304", "a property about what never happens",
     "The property holds because what it speaks of never comes about, so that it says nothing of the protocol. Usually a "
     "condition in it is mistyped, or contradicts another."),
    ("V305", "a window in which no further visit falls",
     "What is to be so within a time was asked of one visit only, because the next one comes after that time. Name a longer time "
     "or a number of visits, or look at visits that are closer together, with '--every'."),
    # How far the verdict goes.
    ("V401", "not finished",
     "The search was ended before all courses were seen, by a limit of states, of memory or of time, or by the user. No failure "
     "was found so far; that is no proof. What makes the protocol large is said beside it."),
    ("V402", "not confirmed",
     "The search looks at classes of values, and in these there is a course on which the property fails; of concrete values, "
     "with which it fails in the protocol itself, none were found. It is neither proved nor refuted."),
    ("V403", "a failure that is expected and does not happen",
     "The file says 'expect: fails' of a property that was proved to hold, or waives it, or names visits at which one that is "
     "built in fails, and it fails at none of them. Take the line out: a later failure would pass unseen."),
    # Findings that are accepted.
    ("V501", "a baseline that cannot be read",
     "A baseline is a JSON document of the format protocol-baseline/1. 'protocol verify SPEC --baseline FILE --write-baseline' "
     "writes one."),
    ("V502", "an accepted finding without a reason",
     "Each entry of a baseline says why the finding is accepted. 'protocol verify' writes new entries with an empty reason; "
     "whoever accepts the finding fills it in."),
    ("V503", "an accepted finding that is no longer there",
     "The baseline accepts a finding that this protocol does not show any more. Take the entry out, so that the finding is "
     "told when it comes back; '--write-baseline' does it."),
)  # fmt: skip

CODES = {code: Code(code, title, meaning) for code, title, meaning in _TABLE}
