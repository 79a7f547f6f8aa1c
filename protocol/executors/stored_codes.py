"""The codes of what can be wrong with a stored document, each with what it means and what would be right."""

from __future__ import annotations

from protocol.errors import Code

_TABLE = (
    ("D001", "not JSON", "The text is damaged: cut short, of another kind, or changed by hand. Nothing of it was loaded. NaN and "
     "Infinity are no JSON, and a name stands once in an object, because otherwise one of the two would be lost in silence."),
    ("D002", "a format that is not known here", "Every document names its format and its version, such as protocol-course/1. A "
     "later version of this package may write one that this version does not read: load it with that one."),
    ("D003", "a field that is not as the format has it", "A field is missing, is there although the format has none of that "
     "name, or holds another type. Nothing is guessed and nothing is left out; the schemas in the package say what each holds."),
    ("D004", "a protocol that is missing", "A course is loaded under the very protocols under which it was recorded, known by "
     "their fingerprints. Another version, or another chosen reading of an open question, has another one. Keep the file of each "
     "version; to go over to an amended protocol, load the course with the old one and migrate it."),
    ("D005", "entries that do not fit together", "The journal has lost an entry, has one twice, or was changed. Entries are only "
     "ever added. Restore the text from a backup of the database."),
    ("D006", "a state that does not follow", "The state that is stored is not the one to which the entries lead. The text was "
     "changed, or the version of this package that wrote it decided a correction differently."),
)  # fmt: skip

CODES = {code: Code(code, title, meaning) for code, title, meaning in _TABLE}
