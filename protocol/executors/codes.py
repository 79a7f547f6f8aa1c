"""The codes of what a live course refuses, each with what it means and what would be right."""

from __future__ import annotations

from protocol.errors import Code

_TABLE = (
    ("M001", "nobody, or no request id",
     "Each record says who made it, and has a request id that the caller chooses and keeps when the same request is sent "
     "again. Neither may be empty."),
    ("M002", "a time without a time zone",
     "When something was recorded is a moment, the same for everybody; it is kept in UTC. Give a datetime that has a time "
     "zone, such as datetime.now(UTC)."),
    ("M003", "a visit whose date is a range",
     "A range of dates is for replaying old courses with protocol.trace. A live decision is made at one time."),
    ("M004", "recording while recording",
     "While something is announced to the callbacks the course cannot record anything else: it would be unclear what comes "
     "first. Record from a callback only after the first record has returned. One thread at a time uses a live course."),
    ("M005", "a request id used twice",
     "The journal has an entry of this request id with other content. A repeated request repeats its content; then it gets "
     "the same entry. Anything new needs an id of its own."),
    ("M006", "a stale version",
     "Somebody has recorded something since the course was loaded, so the decision may be another one. Load the course again "
     "and decide again."),
    ("M007", "a second visit at one time",
     "A course has one visit at a time. Further or other readings of it are recorded with correct(), another dose given with "
     "override(). A visit later on the same day has its own time, in minutes since the first dose."),
    ("M008", "a dose that the protocol does not permit",
     "What was given is permitted under no value of what is missing. It can be recorded, because it happened, but only with "
     "the reason in 'why'."),
    ("M009", "a step that was not decided here",
     "Only what decide() of the same course gave, at the same version, can be committed. A step of another patient, of an "
     "earlier version, or changed by hand is refused. Decide again."),
    ("M010", "no reason",
     "A correction, an override and a migration say why in 'why'."),
    ("M011", "no such visit",
     "A correction or an override is of a recorded visit, by its time in minutes since the first dose. A visit that was "
     "forgotten cannot be put in between: add its readings to the next visit, with the time at which they were observed."),
    ("M012", "a state that is not mapped",
     "A patient goes over to an amended protocol only if everything in the state is there unchanged under the same name, or is "
     "mapped by machine.Mapping: level in force, reasons of a hold, rule of a review, readings, trackers. The message lists "
     "all that is not, and what to write."),
    ("M013", "entries that are no journal",
     "restore() needs all entries of one patient, oldest first, without a gap, and every protocol that they name, the first "
     "one first. An amended file has another fingerprint: keep the file of each version."),
    ("M014", "an empty correction",
     "A correction names the readings as they should have been recorded. To withdraw a reading give it without a value; to "
     "change what was given use override()."),
    ("M015", "a signature of the wrong type",
     "Who, the request id and 'why' are texts, the version at which it was decided is a whole number, and when it was recorded "
     "is a datetime. A form or a web address gives everything as text: turn it into the right type first."),
    ("M016", "a visit before the last one",
     "A course goes forward. A reading that was forgotten is added to the next visit with the time at which it was observed, "
     "Observation(..., observed=time in minutes since the first dose); if there was a visit at that time, use correct()."),
)  # fmt: skip

CODES = {code: Code(code, title, meaning) for code, title, meaning in _TABLE}
