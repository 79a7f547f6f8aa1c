"""What each key of a mapping means, in one line; editors show it beside the key."""

from __future__ import annotations

_TIME = {
    "date": "The column of the date of a row, in ISO 8601, complete or not.",
    "study day": "The column of the study day: 1 is the day of the first dose. Beside a date it is compared with it.",
    "elapsed": "The column of what has elapsed since the first dose, in the unit of the protocol or as '2 weeks'.",
}
_ROWS = {
    "only": "Only rows in whose columns one of these texts stands; * at the end of one is anything.",
    "without": 'Rows in whose columns one of these texts stands are left out; "" is an empty cell.',
}

MEANINGS: dict[str, dict[str, str]] = {
    "mapping": {
        "mapping": "The name of the mapping.",
        "version": "Its version, as a text.",
        "protocol": "The protocol for whose inputs it is: a shipped name, or a path from this file.",
        "note": "Whatever else readers should know.",
        "data": "The folder of the tables, from this file; --data names another one.",
        "one visit": "Whether what a patient has on one day is one visit (a day), or each time is one (a time).",
        "patients": "The table that has one row for each patient.",
        "tables": "The tables: the file of each, the column of its patients, and the times of its rows.",
        "units": "For a unit as the tables write it the unit that it is; units are renamed here, never converted.",
        "readings": "For each input of the protocol where its values come from: one place, or a list of them.",
        "doses": "Where the doses given come from.",
        "ends": "Rows from whose time on no drug was given any more.",
        "windows": "How the visits compare with those that were planned; it is told, and changes nothing.",
    },
    "table": {
        "file": "The file in the folder of the data: .xpt, .json or .ndjson (Dataset-JSON), .csv or .parquet.",
        "patient": "The column of the patient.",
        **_TIME,
        "recorded": "The column of when a row was recorded: what is recorded later corrects what was recorded before.",
        **_ROWS,
    },
    "patients": {
        "table": "The table with one row for each patient.",
        "first dose": "The column of the date of the first dose, from which all time is counted.",
        "planned arm": "The column of the arm that was planned.",
        "actual arm": "The column of the arm that it was.",
        **_ROWS,
    },
    "reading": {
        "table": "The table in which it stands.",
        "at": "When it was: at its row's time, the first visit, the first dose, or the end of the last dose if that is earlier.",
        **_TIME,
        "until": "The column of the end of what lasts; it is reported at each visit up to then.",
        "missing until": "What an end that is missing means.",
        "outside": "What holds at visits at which no row says it; an assumption.",
        **_ROWS,
        "value": "The column of the value.",
        "is": "The value, where it is always the same.",
        "days": "For the values, such as numbers of visits, the study days of their windows: the value follows from the day.",
        "values": "For the texts of the column the words of the protocol; 'otherwise' is for all others.",
        "unit": "The column of the unit.",
        "in": "The unit, where it is always the same.",
        "lower": "The column of the lower limit of normal.",
        "upper": "The column of the upper limit of normal.",
        "not done": "Rows with these texts say that it was not measured.",
        "baseline": "Rows with these texts are the baseline: no later value up to the first dose counts.",
        "repeats": "Which of several values of one visit counts; with keep the protocol says what they mean.",
        "note": "Whatever else readers should know.",
    },
    "dose": {
        "table": "The table in which it stands.",
        **_TIME,
        "until": "The column of the last day on which it was given; without it the dose is one given at a visit.",
        "missing until": "What an end that is missing means.",
        **_ROWS,
        "given": "The column of what was given: a level, a regimen, none, stopped or unknown.",
        "values": "For the texts of that column what was given.",
        "amount": "The column of the amount.",
        "unit": "The column of the unit of the amount.",
        "in": "That unit, where it is always the same.",
        "frequency": "The column of a code that says how often, such as QD.",
        "frequencies": "For codes what they mean, such as 'every 7 days'.",
        "schedule": "How often, where it is always the same, such as 'every day'.",
        "placebo": "Rows with these texts are placebo.",
    },
    "end": {
        "table": "The table in which it stands.",
        "at": "From when on: from its row's time on, or with 'last dose' from the end of the last dose on if that is earlier.",
        **_TIME,
        **_ROWS,
    },
    "window": {
        "table": "The table of the visits.",
        "visit": "The column of the visit's number or name.",
        "planned day": "The column of the study day for which it was planned.",
        "days": "For visits the study days of their windows, such as '12 to 16'.",
    },
}
