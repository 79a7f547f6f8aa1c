"""What names a rule elsewhere in a protocol: as one that holds, as one that is followed. And a protocol without any of it."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from protocol.model.property import All, Any, At, ByRule, Claim, No, OfVisits, Property, While
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule, Where
from protocol.model.table import table_of


def claims_of(protocol: Protocol) -> Iterator[Claim]:
    """Every claim in the properties, and in where those of every protocol fail."""
    return (claim for item in protocol.claimed() for claim in item.claims())


def named_as_holds(protocol: Protocol) -> frozenset[str]:
    """The rules that ``held by`` names somewhere, and the tables of them; each must go on to be one that holds."""
    places = [where for rule in protocol.rules for where in rule.where]
    places += [where for entry in protocol.monitoring for where in entry.where]
    places += [claim.where for claim in claims_of(protocol) if isinstance(claim, At)]
    named = {name for where in places if where.control == "held" for name in where.by}
    return frozenset(named | {table_of(name) for name in named})


def is_followed_by_name(protocol: Protocol, rule: Rule) -> bool:
    """Whether a property asks for decisions by this very rule, or by its table."""
    return any(isinstance(claim, ByRule) and claim.rule in (rule.name, rule.table) for claim in claims_of(protocol))


def without_cell(protocol: Protocol, cell: Rule) -> Protocol | None:
    """The protocol in which the cell is empty; None where its table, or a place that names it, would be left with nothing."""
    rest = tuple(rule for rule in protocol.rules if rule.name != cell.name)
    if not any(rule.table == cell.table for rule in rest) or _alone(protocol, cell.name):
        return None
    return evolve(
        protocol,
        rules=tuple(evolve(rule, where=_places(rule.where, cell.name)) for rule in rest),
        monitoring=tuple(evolve(entry, where=_places(entry.where, cell.name)) for entry in protocol.monitoring),
        tables=tuple(evolve(table, where=_places(table.where, cell.name)) for table in protocol.tables),
        properties=tuple(_property(item, cell.name) for item in protocol.properties),
        expectations=tuple(
            evolve(item, where=tuple(_claim(claim, cell.name) for claim in item.where)) for item in protocol.expectations
        ),
    )


def _alone(protocol: Protocol, name: str) -> bool:
    places = [where for rule in protocol.rules for where in rule.where]
    places += [where for entry in protocol.monitoring for where in entry.where]
    return any(where.by == (name,) for where in places)


def _places(places: tuple[Where, ...], name: str) -> tuple[Where, ...]:
    return tuple(_place(where, name) for where in places)


def _place(where: Where, name: str) -> Where:
    return evolve(where, by=tuple(one for one in where.by if one != name)) if name in where.by else where


def _property(item: Property, name: str) -> Property:
    sentence = item.sentence
    changed = evolve(sentence, claim=_claim(sentence.claim, name))
    if not isinstance(changed, OfVisits):
        changed = evolve(changed, after=_claim(changed.after, name))
    return evolve(item, sentence=changed, exceptions=tuple(_claim(claim, name) for claim in item.exceptions))


def _claim(claim: Claim, name: str) -> Claim:
    match claim:
        case At(where):
            return evolve(claim, where=_place(where, name))
        case No(part):
            return No(_claim(part, name))
        case All(parts) | Any(parts):
            return evolve(claim, parts=tuple(_claim(part, name) for part in parts))
        case While(what, condition):
            return While(_claim(what, name), _claim(condition, name))
        case _:
            return claim
