"""What can be changed in the text of a protocol? Mutants made by searching and replacing, without the mutants of the package.

The text is changed without knowing what it means; what is refused, or means the same, is left out. So the two kinds of mutants
have nothing in common but the language, and each can show that the other, or what judges both, leaves something out.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import pairwise

from protocol.errors import InputError
from protocol.language.from_yaml import parse
from protocol.language.to_yaml import print_protocol
from protocol.model.protocol import Protocol

_GUARD = re.compile(
    r'(?:when|guard|until|episodes of|consecutive|duration of|time since): "([^"]*)"|^  [a-z0-9-]+: "([^"]*)"$', re.M
)
_NUMBER = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w.])")
_SIGN = re.compile(r"<=|>=|==|!=|<|>")
_WORD = re.compile(r"\b(?:and|or)\b")
_NOT = re.compile(r"\bnot ")
_MODE = re.compile(r"^    (must|may): ", re.M)
_ORDER = re.compile(r"^    (?:must|may): (.*)$", re.M)
_FLAG = re.compile(r"\b(measured only|from baseline|recommended|again|on hold): (yes|no)\b")
_RULE = re.compile(r"^  [a-z][a-z0-9-]*:\n(?:    .*\n?)+", re.M)

Edit = tuple[str, int, int, str]
"""What is done, from where to where, and what stands there then."""


def text_mutants(protocol: Protocol, at_most: int = 10**6, seed: int = 0) -> Iterator[tuple[str, Protocol]]:
    """What was done, and the protocol that comes of it; of very many a random selection that is the same each time."""
    text = print_protocol(protocol)
    edits = [*_in_guards(text), *_in_rules(text, [level.name for level in protocol.levels])]
    random.Random(seed).shuffle(edits)
    for what, start, end, new in edits:
        if at_most <= 0:
            return
        try:
            changed = parse(text[:start] + new + text[end:])
        except InputError:
            continue
        if changed != protocol:
            at_most -= 1
            yield f"line {text.count(chr(10), 0, start) + 1}: {what}", changed


def _in_guards(text: str) -> Iterator[Edit]:
    rules = text.index("\nrules:")
    last = text.find("\nmonitoring:") if "\nmonitoring:" in text else text.find("\nproperties:")
    for guard in _GUARD.finditer(text, text.index("\ndoses:"), last if last > rules else len(text)):
        start, end = guard.span(1 if guard[1] is not None else 2)
        for number in _NUMBER.finditer(text, start, end):
            for new in _near(number[0]):
                yield f"{number[0]} becomes {new}", *number.span(), new
        for sign in _SIGN.finditer(text, start, end):
            for new in ("<", "<=", ">", ">=", "==", "!="):
                yield f"{sign[0]} becomes {new}", *sign.span(), new
        for word in _WORD.finditer(text, start, end):
            new = "or" if word[0] == "and" else "and"
            yield f"{word[0]} becomes {new}", *word.span(), new
        for word in _NOT.finditer(text, start, end):
            yield "a 'not' is left out", *word.span(), ""


def _near(number: str) -> tuple[str, ...]:
    if "." not in number:
        value = int(number)
        return tuple(str(one) for one in {value + 1, value - 1, value + max(value // 8, 1), value * 2, value // 2} if one >= 0)
    more, less = float(number) * 1.125, float(number) * 0.875
    return f"{more:.4g}", f"{less:.4g}"


def _in_rules(text: str, levels: list[str]) -> Iterator[Edit]:
    start = text.index("\nrules:") + 1
    end = next((place for section in ("monitoring", "properties") if (place := text.find(f"\n{section}:")) > 0), len(text))
    for mode in _MODE.finditer(text, start, end):
        yield f"{mode[1]} becomes its opposite", *mode.span(1), "may" if mode[1] == "must" else "must"
    for order in _ORDER.finditer(text, start, end):
        yield from _orders(order, levels)
    for flag in _FLAG.finditer(text):
        yield f"{flag[1]} is turned round", *flag.span(2), "no" if flag[2] == "yes" else "yes"
    rules = list(_RULE.finditer(text, start + len("rules:\n"), end))
    for rule in rules:
        yield f"{rule[0].split(':')[0].strip()} is left out", *rule.span(), ""
    for first, second in pairwise(rules):
        yield "two rules change places", first.start(), second.end(), f"{second[0].rstrip()}\n{first[0]}"


def _orders(order: re.Match[str], levels: list[str]) -> Iterator[Edit]:
    for level in levels:
        for other in levels:
            if re.search(rf"\b{level}\b", order[1]):
                yield f"{level} becomes {other}", *order.span(1), re.sub(rf"\b{level}\b", other, order[1])
    for old, new in (("the same level", "the next lower level"), ("the next lower level", "the same level"), ("hold", "stop")):
        if order[1] == old or (old != "hold" and old in order[1]):
            yield f"{old} becomes {new}", *order.span(1), order[1].replace(old, new)
