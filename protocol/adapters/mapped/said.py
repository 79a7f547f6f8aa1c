"""The courses of tables in the form in which those of a file come, with the counts of their rows as a sentence."""

from __future__ import annotations

from attrs import frozen

from protocol.adapters.mapped.account import FATES, Account
from protocol.adapters.mapped.courses import Mapped
from protocol.adapters.sheet import Counts, Example, Sheet
from protocol.errors import InputError, Problem


@frozen
class RowCounts(Counts):
    """What became of the rows of tables; ``said`` names every fate."""

    said: str = ""

    def line(self) -> str:
        """The numbers as a sentence."""
        return self.said


def sheet(mapped: Mapped) -> Sheet:
    """The courses as examples that expect nothing. Raises InputError where there is none."""
    if not mapped.courses:
        message = f"the tables hold no course: {counts_line(mapped.account)[:-1].lower()}"
        hint = "'protocol map' with the same mapping and --data says why, table by table."
        raise InputError((Problem("S044", message, hint, mapped.mapping.file),))
    examples = tuple(Example(course, ((),) * len(course.visits), 0) for course in mapped.courses)
    used = mapped.account.total("used")
    return Sheet(examples, RowCounts(mapped.account.read, used, mapped.account.read - used, said=counts_line(mapped.account)))


def counts_line(account: Account) -> str:
    """``Rows read: 66, of them 37 used, 1 corrected, 5 duplicated, 17 refused, 6 ignored``: the numbers add up."""
    fates = ", ".join(f"{account.total(fate):,} {fate}" for fate in FATES)
    in_part = sum(rows.used_in_part for rows in account.rows.values())
    more = f"; of {in_part:,} of the rows used a value is refused" if in_part else ""
    return f"Rows read: {account.read:,}, of them {fates}{more}."
