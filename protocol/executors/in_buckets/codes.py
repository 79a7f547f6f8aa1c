"""The codes of what can be wrong with a replay of files into a folder, each with what it means and what would be right."""

from __future__ import annotations

from protocol.errors import Code, InputError, Problem

_TABLE = (
    ("R001", "a file of visits that cannot be read", "A file of visits is a Parquet file that can be read from its first byte to "
     "its last: one that was cut short or changed is not read in part. Write it again, or fetch it again from where it came."),
    ("R002", "files that do not belong together", "All files of visits of one replay have the same columns, of the same types, "
     "and each is given once; otherwise a visit would be counted twice."),
    ("R003", "a folder in use", "Only one run at a time writes to a folder. Wait until the other one has ended, or name another "
     "folder. When the other one was killed, nothing is to be done: its lock went with it."),
    ("R004", "a folder that holds another replay", "A run that was stopped goes on only with the same files of visits, the same "
     "protocol under the same readings, the same mapping, the same options and the same program, down to the files of this "
     "package, because its result is that of one replay. As long as nothing was decided the folder "
     "takes any other. Name another folder, or delete this one."),
    ("R005", "a folder that holds something else", "Decisions are written to a folder that is new, empty, or holds a replay that "
     "was stopped. Nothing that is there already is overwritten."),
    ("R006", "a file that cannot be written", "There is no room left, or no right to write. What was done up to then is kept, "
     "whole: mend it, and run the same command again. Sorting takes as much room as the visits, besides the decisions."),
    ("R007", "a file that is not as it was written", "A file in the folder of a run has changed since it was written: a disk, "
     "or somebody, did that. Run the same command again: what is damaged is made anew."),
    ("R008", "a process that ended", "A process that replays was ended from outside: most often because the machine had no "
     "memory left. What was done up to then is kept. Run the same command again, with fewer --workers or more --buckets."),
    ("R009", "Spark that does not start", "Spark needs Java, which JAVA_HOME or the path names, and a folder that all its "
     "machines see under the same path."),
)  # fmt: skip

CODES = {code: Code(code, title, meaning) for code, title, meaning in _TABLE}

AGAIN = "What was done is kept: mend this, and run the same command again to go on."


def refusal(code: str, message: str, hint: str, file: str = "") -> InputError:
    """What to raise where a run cannot begin or go on."""
    assert code in CODES, code
    return InputError((Problem(code, message, hint, file),))
