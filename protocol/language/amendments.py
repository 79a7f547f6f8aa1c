"""A file and those that it amends as one tree, each part of which keeps its place in the file in which it stands.

Only trees are put together here, before anything in them is understood; what comes of it is read like any other protocol.
"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.language.amended_file import amended_file
from protocol.language.fields import entries, one_of, text_node
from protocol.language.hints import instead, listed
from protocol.language.nodes import Listing, Mapping, Node, Scalar
from protocol.language.positions import MOST_BYTES, nodes
from protocol.language.report import Part, Report, Span, shown, with_line_feeds

MOST_FILES = 8
"""So many files can amend each other in a row; more than two or three nobody can read."""

OWN = ("protocol", "version")
"""What an amendment never takes from the file that it amends."""
SAID_ANEW = ("doses",)
"""Sections that an amendment gives whole or not at all: the order of the ladder is that of its doses."""
ORDERED = {"rules": "rule", "monitoring": "entry"}
"""Sections whose entries can stand before another one, and what one of them is called."""
LAST = "the end"
"""What an entry stands before that comes last. It has a space, so no entry can be called that."""
LEFT_OUT = ("sources", "inputs", "derived", "trackers", "interpretations", "otherwise", "rules", "monitoring", "properties")
"""Sections of which 'without' can leave out entries."""

Entries = dict[str, tuple[Scalar, Node]]


def tree(report: Report) -> Mapping | None:
    """The tree of the first file with all that it amends; None where it cannot be read, with the problems in the report."""
    root, chain = _chain(report)
    if root is None:
        return None
    _check_without(report, root)
    for amendment in reversed(chain):
        root = _merged(report, root, amendment)
    return root


def amended(text: str, file: str) -> tuple[str, ...]:
    """What a file amends, and what that amends in its turn, as each of them writes it."""
    _, chain = _chain(Report(with_line_feeds(text), file))
    said = (_entry(amendment, "amends") for amendment in chain)
    return tuple(entry[1].text for entry in said if entry and isinstance(entry[1], Scalar))


def _chain(report: Report) -> tuple[Mapping | None, list[Mapping]]:
    """What stands by itself, None where it cannot be read, and the amendments that lead to it, the first file first."""
    root = _root(report, report.parts[0])
    chain: list[Mapping] = []
    files: list[str] = []
    while root is not None and (amends := _entry(root, "amends")):
        chain.append(root)
        part = _amended(report, *amends, files)
        root = _root(report, part) if part else None
    return root, chain


def _root(report: Report, part: Part) -> Mapping | None:
    root = nodes(report, part)
    if root is None or isinstance(root, Mapping):
        return root
    hint = "It begins with its name: 'protocol: my-protocol'."
    report.add("P025", "the file is not a protocol", Span(part.start), hint)
    return None


def _amended(report: Report, key: Scalar, node: Node, files: list[str]) -> Part | None:
    """The file that the last file of the report amends; ``files`` are those before it, to which it is added."""
    name = text_node(report, key, node)
    found = amended_file(report, name, files) if name else None
    if name is None or found is None:
        return None
    path, text = found
    if len(report.parts) >= MOST_FILES or len(report.text) + len(text) > MOST_BYTES:
        most = f"{MOST_FILES} files" if len(report.parts) >= MOST_FILES else "1 MB"
        hint = "Amend a file that says more, or write the protocol out: 'protocol show --canonical' prints it whole."
        report.add("P103", f"with {shown(name.text)} this would be read from more than {most}", name.span, hint)
        return None
    return report.begin(text, str(path))


def _check_without(report: Report, root: Mapping) -> None:
    if found := _entry(root, "without"):
        report.add("P028", "'without' goes with 'amends' only", found[0].span, "Remove it, or name what the file amends.")


def _entry(mapping: Mapping, key: str) -> tuple[Scalar, Node] | None:
    return next((entry for entry in mapping.entries if entry[0].text == key), None)


def _merged(report: Report, base: Mapping, amendment: Mapping) -> Mapping:
    """The amended tree with the changes of an amendment."""
    _check_own_version(report, base, amendment)
    found = _left(report, base, amendment)
    for key, node in amendment.entries:
        if key.text not in ("amends", "without"):
            _, known = found.get(key.text, (key, None))
            found[key.text] = (key, _changed(report, key.text, known, node))
    return Mapping(tuple(found.values()), amendment.span, amendment.flow)


def _check_own_version(report: Report, base: Mapping, amendment: Mapping) -> None:
    said = [[_entry(mapping, key) for key in OWN] for mapping in (base, amendment)]
    texts = [[entry and isinstance(entry[1], Scalar) and entry[1].text for entry in found] for found in said]
    version = said[1][1]
    if texts[0] == texts[1] and all(texts[0]) and version:
        message = f"this is called {shown(' '.join(map(str, texts[1])))}, as what it amends"
        report.add("P106", message, version[1].span, "Give it another version, or another name.")


# What is left out


def _left(report: Report, base: Mapping, amendment: Mapping) -> Entries:
    """What an amendment leaves of the amended tree."""
    left = {key.text: (key, node) for key, node in base.entries if key.text not in OWN}
    without = _entry(amendment, "without")
    said = entries(report, *without) if without else None
    for key, node in said.entries if said else ():
        section = one_of(report, key, LEFT_OUT, "a section of which entries can be left out", "Sections")
        if section:
            _leave_out(report, left, section, list(_names(report, key, node)))
    return left


def _names(report: Report, key: Scalar, node: Node) -> Iterator[Scalar]:
    if isinstance(node, Listing) and not node.items:
        report.add("P026", f"{shown(key.text)} is empty", key.span, "List the names of what is left out, such as '[a, b]'.")
    for item in node.items if isinstance(node, Listing) else (node,):
        name = text_node(report, key, item)
        if name:
            yield name


def _leave_out(report: Report, left: Entries, section: str, names: list[Scalar]) -> None:
    key, node = left.get(section, (None, None))
    known = {entry[0].text: entry for entry in node.entries} if isinstance(node, Mapping) else {}
    for name in names:
        if name.text not in known:
            hint = instead(name.text, known, section.capitalize())
            report.add("P104", f"{shown(name.text)} is not under '{section}' of what is amended", name.span, hint)
    kept = tuple(entry for text, entry in known.items() if text not in {name.text for name in names})
    if key is not None and isinstance(node, Mapping):
        left[section] = (key, Mapping(kept, node.span, node.flow))
        if not kept:
            del left[section]


# What is changed


def _changed(report: Report, section: str, known: Node | None, node: Node) -> Node:
    """A section with the entries of an amendment; a text, or a section that is said anew, as the amendment has it."""
    if (
        not isinstance(node, Mapping)
        or not node.entries
        or section in SAID_ANEW
        or not (isinstance(known, Mapping) or section in ORDERED)
    ):
        return node
    found: Entries = {key.text: (key, inner) for key, inner in known.entries} if isinstance(known, Mapping) else {}
    if section in ORDERED:
        changes = [(key, *_without_before(report, inner)) for key, inner in node.entries]
        _check_placed(report, section, found, node)
        found |= {key.text: (key, inner) for key, inner, _ in changes}
        moved = {key.text: before for key, _, before in changes if before}
        return Mapping(tuple(_in_order(report, section, found, moved)), node.span, node.flow)
    found |= {key.text: (key, inner) for key, inner in node.entries}
    return Mapping(tuple(found.values()), node.span, node.flow)


def _check_placed(report: Report, section: str, known: Entries, changes: Mapping) -> None:
    """Notes each entry that replaces none and does not say where it stands: it may be meant to replace another one.

    Where the section is new, nothing in it can be. What is no mapping is refused when it is read.
    """
    for key, node in changes.entries if known else ():
        if key.text not in known and isinstance(node, Mapping) and node.entries and not _entry(node, "before"):
            what = ORDERED[section]
            message = f"{what} {shown(key.text)} replaces none of what is amended and does not say where it stands"
            new = f"A new one says 'before: {what.upper()}', or 'before: {LAST}'."
            report.add("P107", message, key.span, f"{instead(key.text, known, section.capitalize())}.  {new}")


def _without_before(report: Report, node: Node) -> tuple[Node, Scalar | None]:
    """An entry without its key 'before', and the name that the key has."""
    said = _entry(node, "before") if isinstance(node, Mapping) else None
    if said is None or not isinstance(node, Mapping):
        return node, None
    rest = tuple(entry for entry in node.entries if entry is not said)
    return Mapping(rest, node.span, node.flow), text_node(report, *said)


def _in_order(report: Report, section: str, found: Entries, moved: dict[str, Scalar]) -> Iterator[tuple[Scalar, Node]]:
    """The entries, with each that is moved before the one that it names, which may be moved itself."""
    what = ORDERED.get(section, "")
    order = [*(name for name in found if name not in moved), LAST]
    waiting = dict(moved)
    while ready := {name: before for name, before in waiting.items() if before.text in order or before.text not in found}:
        for name, before in ready.items():
            del waiting[name]
            if before.text in order:
                order.insert(order.index(before.text), name)
            else:
                others = [other for other in found if other != name]
                hint = instead(before.text, [*others, LAST], section.capitalize(), [*sorted(others), f"or '{LAST}'"])
                report.add("P105", f"{what} {shown(name)} has no {shown(before.text)} to stand before", before.span, hint)
    for before in list(waiting.values())[:1]:
        other = "itself" if len(waiting) == 1 else "each other"
        hint = f"Leave a 'before' out: what has none stands where it was. The last place is 'before: {LAST}'."
        report.add("P105", f"{listed(waiting)} cannot stand before {other}", before.span, hint)
    return (found[name] for name in (*order[:-1], *waiting))
