"""The codes of what can be wrong with the tables of a study, or with a mapping for them."""

from __future__ import annotations

from protocol.errors import Code

_TABLE = (
    ("S001", "a table that cannot be read",
     "A table of the mapping is a file in the folder of the data: SAS transport (.xpt), Dataset-JSON (.json, .ndjson), CSV or "
     "Parquet. Name the folder with --data."),
    ("S002", "a damaged table",
     "The file is not what its ending says, or it was cut off while it was copied. A table of which only the beginning is there "
     "is not read at all, since nobody would see that patients are missing."),
    ("S010", "not an input of the protocol",
     "'readings' gives values to the inputs of the protocol that the mapping names; a computed number is none of them."),
    ("S011", "not a value of the input",
     "'is', 'outside' and 'values' say words of the protocol: an option of a choice, yes or no, a grade, a number."),
    ("S012", "a unit that is missing, or has no place",
     "A number needs its unit, from a column ('unit') or always the same ('in'). It is never assumed, because a value in another "
     "unit is another value. Choices, findings and grades have none."),
    ("S013", "a date without a first dose",
     "Time is counted from the first dose. Where rows have dates, 'patients' says in which table and column its date is."),
    ("S014", "a column that is not there",
     "The mapping names a column that its table does not have. Columns are looked up as they are spelled, capitals included."),
    ("S015", "a mapping for another protocol",
     "A mapping gives values to the inputs of the protocol that it names. With another one, or another version, it can be "
     "used as far as that has the same inputs; here it has not."),
    ("S030", "a text without a word",
     "'values' says for each text of the data what it is in the protocol's words. A text that it does not name is refused, "
     "unless 'otherwise' names a word for all others."),
    ("S031", "a value without a unit",
     "The column of the unit is empty. If it is known what that means, say it under 'units': '\"\": 10*9/L'."),
    ("S032", "a unit that does not convert",
     "Units are converted only by exact factors of an allow-list. mg/dL into umol/L takes a molar mass and is never done; use "
     "the column that has the other unit. A unit that is only spelled differently is renamed under 'units'."),
    ("S033", "not plausible",
     "The value, or a limit of normal, is outside of what the protocol calls plausible. The protocol refuses it too: the input "
     "is unknown at that visit, and no earlier value is carried past it."),
    ("S040", "a patient twice", "The table of patients has one row for each patient; the first one counts."),
    ("S041", "a row without a patient", "Nobody knows to whose course such a row belongs."),
    ("S042", "no usable first dose",
     "The date of a patient's first dose is not a complete date, so that no other time can be counted from it."),
    ("S043", "an unknown patient", "A row names a patient whom the table of patients does not list."),
    ("S044", "no course",
     "No row of the tables makes a course: each is refused, or left out. 'protocol map' says why, with counts."),
    ("S045", "not a date",
     "Dates are those of ISO 8601: 2013-07-28, 2013-07-28T09:30, or as far as it is known: 2013-07. Other orders of day and "
     "month can be read in two ways and are refused."),
    ("S046", "no time", "A row without a time has no place in a course."),
    ("S047", "no end",
     "A row has a begin and no end. 'missing until' says what that means: 'ongoing' (it goes on), 'unknown' (nobody knows from "
     "the next day on), or 'refuse'."),
    ("S048", "a date that leaves the order open",
     "An incomplete date is a range, and another visit of the patient, or a change of dose, lies within it, so that nobody knows "
     "which was first."),
    ("S049", "an end before the begin", "A row of exposure ends before it begins."),
    ("S050", "no amount", "A row of exposure has no amount; the dose is not known for its time."),
    ("S051", "an unknown frequency",
     "QD, BID, TID, QID, QOD, ONCE and such as Q8H are known. 'frequencies' says what any other code means: 'QW: every 7 days'."),
    ("S052", "two doses at one visit",
     "Rows of one visit say different doses, and neither of them until when it was given. The dose is then not known from that "
     "visit on, rather than one of the two."),
)  # fmt: skip

CODES = {code: Code(code, title, meaning) for code, title, meaning in _TABLE}
