"""The codes of what can be wrong with a file of courses, each with what it means and what would be right."""

from __future__ import annotations

from protocol.errors import Code

_TABLE = (
    ("C001", "the file cannot be read", "The file is missing, is a folder, or is not UTF-8 text. Save it as UTF-8."),
    ("C002", "no course", "The file holds no course. In Markdown a course is a '## ' heading with a table; in CSV it is the rows "
     "of one patient."),
    ("C003", "a character that is no text", "A NUL character means that this is not a text file, or that it was damaged."),
    ("C004", "too long", "A line or the file is longer than any table of courses. It is probably not one; else split it."),
    ("C005", "broken quotes", "A quoted CSV field is not closed, or text follows its end. Double a quote inside a field."),
    ("C010", "a ragged row", "Each row has as many cells as the header. An empty cell still needs its separator."),
    ("C011", "an unknown column", "A column is elapsed, study day, recorded, given, patient, an input of the protocol, or "
     "'expect ...'. Columns are never ignored in silence."),
    ("C012", "a column twice", "Two columns mean the same. Several values of one input go into one cell, separated by ';'."),
    ("C013", "no column of time", "The first column (in CSV the one after patient) is 'elapsed', where 0 is the first dose, or "
     "'study day', where 1 is the day of the first dose. A bare 'day' is refused because it could be either."),
    ("C014", "a missing column", "A CSV file needs the column patient; its long form needs also input and value. Columns are "
     "separated by commas: semicolons, tabs or bars are not guessed, because the numbers beside them often have decimal commas."),
    ("C015", "a unit in a header", "The unit in parentheses in a header is the default for its column. It must be on the "
     "allow-list and measure what the input measures."),
    ("C016", "a table out of place", "A course has one table, under its own '## ' heading, with a line of dashes below."),
    ("C017", "a heading twice", "Two courses have one name, so neither can be asked for. Give each its own."),
    ("C018", "a patient without visits", "A course needs at least one visit, and every row of a CSV file its patient."),
    ("C020", "not a time", "A time is a number in the protocol's resolution, or a duration such as '2 weeks', or a range such as "
     "'27 to 28'. A study day is a whole number."),
    ("C021", "a study day 0", "Study day 1 is the day of the first dose and day -1 the day before; there is no day 0."),
    ("C022", "times out of order", "The visits of one course stand in order of time, so that a mistyped time is seen."),
    ("C023", "one time twice", "Two rows of one course have the same time. Put the values into one row, two of one input into "
     "one cell: '1600; 1400'. A later correction says in the column recorded when it was made."),
    ("C024", "recorded before observed", "A value cannot be recorded before it was observed."),
    ("C030", "not a number", "A cell of a number or a grade is 'not done' or [<|<=|>|>=]value [unit] [(lower-upper)], with a "
     "decimal point and no thousands separator."),
    ("C031", "not an option", "A cell of a choice is one of its options, of a finding 'yes' or 'no', or 'not done'."),
    ("C032", "limits of normal", "The limits of normal are two numbers in parentheses, the lower one first, such as (0-50)."),
    ("C033", "not a dose",
     "A given dose is a level's name, a regimen such as '100 mg every 2 days' or '18 U/kg/h', none, stopped or unknown."),
    ("C034", "said twice", "One visit says two different things about the dose given, or one row gives a unit or limits twice."),
    ("C035", "an unknown input", "The column input of a long table holds names of inputs of the protocol, or 'given'."),
    ("C040", "an impossible expectation", "An expectation names an action, a level, a rule or a word that no decision of this "
     "protocol can have, so the course could never pass."),
    ("C041", "readings", "The line 'Readings: name=reading, ...' stands before the first '## ' heading and names readings of the "
     "protocol's interpretations."),
)  # fmt: skip

CODES = {code: Code(code, title, meaning) for code, title, meaning in _TABLE}
