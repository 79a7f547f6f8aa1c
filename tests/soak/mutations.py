"""Texts that are nearly right: what people and programs do to a file before it reaches a reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

Change = Callable[[Random, str], str]

PIECES = (
    "", " ", "\n", "\t", "\r", "\x00", "\x1b[31m", "\ufeff", "\u2028", "é", "𝟙", "’", "“", '"', "'", "`", "|", "||",
    "-", "#", "## ", "---", "```", ":", ": ", ",", ";", "{", "}", "[", "]", "(", ")", "&a ", "*a", "!!python/object ",
    "<<: ", "? ", "%", "\\", "/", "0", "-1", "1e999", "1e-999", "NaN", "nan", "inf", "-inf", "9" * 50, "0.1" + "0" * 60,
    "1,5", "1.000,5", "1/3", "0x10", "012", "1_000", "+5", "--5", "K/uL", "10*9/L", "x 10^9/L", "mg/dl", "umol/L", "%",
    "< 0.5", "<=", ">", "!=", "==", " and ", " or ", "not ", " is ", "always", "known(", "unknown(",
    "within(anc, 3 days)", "grade(anc)", "time since start", " 4 weeks", " 3 months", "2 x ULN", "x LLN", "x baseline",
    "window -3 to +3 days", "on treatment", "held by ", "in review", "stopped", "none", "null", "~", "yes", "no",
    "true", "not done", "unknown", "27 to 28", "2024-02-30", "31/12/2023", "day 28", "patient", "elapsed", "study day",
    "given", "recorded", "expect action", "100 mg every day", "400 mg", "0 mg every day", "100 mg every 0 days",
    "__import__('os')", "${HOME}", "{{7*7}}", "=1+1", "; DROP TABLE patients", "../../etc/passwd",
)  # fmt: skip


def _replaced(random: Random, text: str) -> str:
    begin = random.randrange(len(text) + 1)
    return text[:begin] + random.choice(PIECES) + text[begin + random.choice((0, 0, 1, 2, 5, 20)) :]


def _repeated(random: Random, text: str) -> str:
    begin, length = random.randrange(len(text) + 1), random.choice((1, 5, 40, 200))
    return text[:begin] + text[begin : begin + length] * random.choice((2, 2, 3, 70)) + text[begin + length :]


def _cut(random: Random, text: str) -> str:
    begin = random.randrange(len(text) + 1)
    return text[:begin] + text[begin + random.choice((1, 3, 10, 100, len(text))) :]


def _lines_exchanged(random: Random, text: str) -> str:
    lines = text.split("\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def _words_exchanged(random: Random, text: str) -> str:
    words = text.split(" ")
    one, other = random.randrange(len(words)), random.randrange(len(words))
    words[one], words[other] = words[other], words[one]
    return " ".join(words)


def _nested(random: Random, text: str) -> str:
    begin = random.randrange(len(text) + 1)
    return text[:begin] + random.choice(("[", "{a: ", "(", "not ", "- ", "> ")) * random.choice((10, 65, 300)) + text[begin:]


CHANGES: tuple[Change, ...] = (_replaced, _replaced, _replaced, _repeated, _cut, _lines_exchanged, _words_exchanged, _nested)


def mutated(random: Random, text: str) -> str:
    """The text after one to four changes."""
    for _ in range(random.choice((1, 1, 1, 1, 2, 4))):
        text = random.choice(CHANGES)(random, text)
    return text


def as_bytes(random: Random, text: str) -> bytes:
    """The text as some program may have saved it: now and then in another encoding, or damaged."""
    encoding = random.choice(("utf-8",) * 12 + ("utf-16", "utf-8-sig", "latin-1", "utf-32"))
    data = bytearray(text.encode(encoding, "replace"))
    if data and random.random() < 0.05:
        data[random.randrange(len(data))] = random.randrange(256)
    return bytes(data)


def one_of(random: Random, texts: Sequence[str]) -> str:
    """One of the texts, the short ones more often, so that a run tries many."""
    return min(random.choice(texts), random.choice(texts), key=len)
