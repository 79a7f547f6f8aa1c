"""What would have been right instead of a wrong word."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST_WORD = 60
MOST_WORDS = 40


def listed(words: Iterable[str], none: str = "none are declared") -> str:
    """The words, separated by commas; cut short where they are very many."""
    given = list(words)
    more = ", ..." if len(given) > MOST_WORDS else ""
    return ", ".join(given[:MOST_WORDS]) + more if given else none


def meant(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; empty if none is near."""
    candidates = list(known)
    spelled = word.lower().replace("_", "-").replace(" ", "-")
    for candidate in candidates:
        if candidate.replace(" ", "-") == spelled:
            return candidate
    if len(word) > LONGEST_WORD or len(candidates) > 500:
        return ""
    from difflib import get_close_matches  # only what is wrong needs it

    return next(iter(get_close_matches(word.lower(), candidates, 1)), "")


def told_instead(said: str, word: str, known: Iterable[str], plural: str) -> str:
    """What is wrong in one line: ``no kind 'treshold': did you mean 'threshold'?  Kinds: a``, or ``no kind 'x'. Kinds: a``."""
    hint = instead(word, known, plural)
    return f"{said}{':' if hint.startswith('did you mean') else '.'} {hint}"


def instead(word: str, known: Iterable[str], plural: str, shown: Iterable[str] = ()) -> str:
    """``did you mean 'platelets'?  Inputs: anc, platelets`` for a word that is not among the known ones.

    They are listed in the order of letters, or as ``shown``.
    """
    names = sorted(known)
    near = meant(word, names)
    question = f"did you mean '{near}'?  " if near else ""
    return f"{question}{plural}: {listed(shown or names)}"
