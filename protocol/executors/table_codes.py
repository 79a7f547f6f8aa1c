"""The codes of what can be wrong with a table of visits, each with what it means and what would be right."""

from __future__ import annotations

from protocol.errors import Code

_TABLE = (
    ("T001", "a missing column", "A table of visits has the columns patient and elapsed. 'protocol explain tables' lists all "
     "that there may be."),
    ("T002", "an unknown column", "A column is one of those that 'protocol explain tables' lists, or an input of the protocol. "
     "Columns are never ignored in silence: rename it, or leave it out of the table."),
    ("T003", "a column of another type", "Each column has the type that 'protocol explain tables' gives it: a text in the "
     "place of a number would have to be guessed at. Convert it before."),
    ("T004", "a column twice", "Two columns have one name, so neither can be asked for."),
    ("T005", "a row without a patient", "Every row says whose visit it is."),
    ("T006", "rows of a patient apart", "The rows of one patient stand together, because the decision at a visit follows from "
     "the visits before. Sort the table by patient and elapsed."),
    ("T007", "a row without a time", "Every row says when it was, in whole minutes since the first dose, and not in thousands of "
     "years, as the time stamp of a computer would."),
    ("T008", "times out of order", "The rows of one patient stand in order of time. Sort the table by patient and elapsed."),
    ("T009", "one time twice", "Two rows of one patient have the same time. One row holds all that was observed at a visit, and "
     "one value of each input; which of several counts is to be said before."),
    ("T010", "not a dose", "A given dose is a level's name, a regimen such as '100 mg every 2 days', none, stopped or unknown; "
     "null where the data do not say."),
)  # fmt: skip

CODES = {code: Code(code, title, meaning) for code, title, meaning in _TABLE}
