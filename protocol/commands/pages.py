"""Which page is meant by a topic, by criteria of toxicity or by a code, and what does it say?"""

from __future__ import annotations

import textwrap
from importlib import import_module
from importlib.resources import files

from protocol.errors import Code, NotationError

TOPICS = {
    "language": ("protocol.language", "language.md", "how a protocol is written: every key, guard, action and unit"),
    "mapping": ("protocol.language.mapping", "mapping.md", "how the tables of a study become courses: every key of a mapping"),
    "semantics": ("protocol.semantics", "semantics.md", "how a visit is decided, worked through so that it can be done by hand"),
    "verification": ("protocol.verification", "verification.md", "what 'protocol verify' looks at, and what its answers mean"),
    "conformance": ("protocol.semantics", "conformance.md", "what was given in numbers: exposure, changes of the dose, holds"),
    "tables": ("protocol.executors", "tables.md", "the tables of many courses at once: every column that goes in and comes out"),
}
"""The pages that are not of a code: the folder and file of each, and what it tells."""

KINDS = {
    "P": ("protocol.language.codes", "Said of a protocol's file, or of a mapping, that cannot be used; the exit code is then 2."),
    "C": ("protocol.adapters.codes", "Said of a file of courses that cannot be used; the exit code is then 2."),
    "F": (
        "protocol.checks",
        "A finding of 'protocol check', which then exits with 1: the file can be used, and should be mended.",
    ),
    "S": (
        "protocol.adapters.mapped.codes",
        "Said of the tables of a study, or of a mapping for them: by 'protocol map --check' of rows that it refuses, else with "
        "the exit code 2.",
    ),
    "V": ("protocol.verification.codes", "Said by 'protocol verify', of all courses that there can be."),
    "M": ("protocol.executors.codes", "Raised by a live course, which stays as it was."),
    "D": ("protocol.executors.stored_codes", "Said of a stored document that cannot be loaded."),
    "R": (
        "protocol.executors.in_buckets.codes",
        "Said by 'protocol replay-table', of the files or of the folder to which they go; the exit code is then 2.",
    ),
    "T": ("protocol.executors.table_codes", "Said of a table of visits that cannot be used; the exit code is then 2."),
}
"""For the first letter of a code: where its codes are, and when it is met."""


def codes(letter: str) -> dict[str, Code]:
    """The codes that begin with this letter."""
    found: dict[str, Code] = import_module(KINDS[letter][0]).CODES
    return found


def names() -> list[str]:
    """Everything that has a page."""
    from protocol.semantics.scales import CRITERIA

    return [*TOPICS, *CRITERIA, *(code for letter in KINDS for code in codes(letter))]


def page(name: str, width: int) -> str | None:
    """The page of a topic, of criteria or of a code, however it is spelled; None where there is none."""
    wanted = name.strip()
    if wanted.lower() in TOPICS:
        folder, file, _ = TOPICS[wanted.lower()]
        return (files(folder) / file).read_text(encoding="utf-8").rstrip()
    code = codes(wanted[:1].upper()).get(wanted.upper()) if wanted[:1].upper() in KINDS else None
    return _of_criteria(wanted, width) if code is None else _of_code(code, width)


def _of_criteria(name: str, width: int) -> str | None:
    from protocol.commands.graded import criteria_page
    from protocol.semantics.scales import named

    try:
        return criteria_page(named(name), width)
    except NotationError:
        return None


def _of_code(code: Code, width: int) -> str:
    paragraphs = (code.meaning, KINDS[code.code[0]][1])
    filled = (textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False) for text in paragraphs)
    return "\n\n".join((f"{code.code}: {code.title}", *filled))


def overview() -> str:
    """What can be asked for."""
    from protocol.semantics.scales import CRITERIA

    longest = max(map(len, TOPICS))
    topics = "\n".join(f"  {name:{longest}}  {tells}" for name, (_, _, tells) in TOPICS.items())
    spans = (f"{min(found)} to {max(found)}" for found in map(codes, KINDS))
    graded = f"Criteria of toxicity, for the grades of laboratory values\n  {', '.join(CRITERIA)}"
    return f"Topics\n{topics}\n\n{graded}\n\nCodes, as they stand in messages\n  {', '.join(spans)}"
