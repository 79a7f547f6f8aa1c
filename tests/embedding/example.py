"""Dose decisions in a host's own SQLite database: one row per patient, one transaction per visit. To be copied and adapted."""

import sqlite3
from contextlib import contextmanager

from protocol import machine, stored

TABLES = (
    "create table if not exists courses (patient text primary key, version integer not null, document text not null)",
    "create table if not exists tasks (patient text not null, version integer not null, task text not null)",
)


class SavedByAnother(Exception):
    """Somebody else has saved this course since it was loaded; nothing was written. Load it again and decide again."""


class Ward:
    """Hears what happens to a patient, and writes it into another table of the same transaction."""

    def __init__(self, database, patient):
        self.database, self.patient = database, patient

    def on_enter_held(self, event):
        entry = event.kwargs["entry"]
        self.database.execute("insert into tasks values (?, ?, ?)", (self.patient, entry.version, "phone: take no drug"))


@contextmanager
def transaction(path):
    """A connection to the database: everything that is done with it is written, or, if anything is raised, nothing."""
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("begin immediate")  # from here on no other connection writes
        with database:
            for table in TABLES:
                database.execute(table)
            yield database
    finally:
        database.close()


def register(database, patient, protocol):
    """A new patient, about whom nothing is recorded yet; raises sqlite3.IntegrityError for one who is registered."""
    course = machine.begin(protocol, patient)
    database.execute("insert into courses values (?, ?, ?)", (patient, course.version, stored.to_json(course)))


def load_course(database, patient, *protocols):
    """The course of a registered patient: a mistyped name begins none. ``protocols`` are all that the trial was ever under."""
    row = database.execute("select document from courses where patient = ?", (patient,)).fetchone()
    if row is None:
        raise LookupError(f"no patient '{patient}' is registered")
    return stored.from_json(row[0], *protocols, listener=Ward(database, patient))


def save_course(database, course, loaded_version):
    """Writes the course in the place of the version that was loaded, and of no other."""
    values = {"patient": course.patient, "version": course.version, "document": stored.to_json(course), "loaded": loaded_version}
    statement = "update courses set version = :version, document = :document where patient = :patient and version = :loaded"
    if database.execute(statement, values).rowcount != 1:
        raise SavedByAnother(f"the course of {course.patient} is no longer at version {loaded_version}")


def propose(database, patient, visit, *protocols):
    """What the protocol says at a visit, to be shown to the physician, and the version of the course that it rests on."""
    course = load_course(database, patient, *protocols)
    return course.decide(visit), course.version


def record(database, patient, visit, *protocols, **signed):
    """Records the visit as the physician signed it; the same request again gets the same entry and records nothing."""
    course = load_course(database, patient, *protocols)
    loaded_version = course.version
    entry = course.record(visit, **signed)
    if course.version > loaded_version:
        save_course(database, course, loaded_version)
    return entry
