"""What would a property find wrong at a visit in one control state? What cannot be so there is left out, and not asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from protocol.model.guard import Guard
from protocol.model.property import (
    Acts,
    All,
    Any,
    Asks,
    At,
    Claim,
    No,
    OfVisits,
    Property,
    Response,
    Silent,
    Since,
    Times,
    Visits,
    While,
    claims,
)
from protocol.model.rule import ControlKind
from protocol.verification.promela.asked import NotInPromela
from protocol.verification.promela.places import Places

TRUE, FALSE = All(()), Any(())


def is_of_one_visit(item: Property) -> bool:
    """Whether a property is about each visit by itself, so that the model can ask it."""
    sentence = item.sentence
    spans = isinstance(sentence, Response) and sentence.within != Visits(0)
    return not spans and not any(isinstance(part, Since | Times) for part in _parts(item))


def asks_silence(properties: Iterable[Property]) -> bool:
    """Whether some property asks whether the protocol is silent."""
    return any(isinstance(part, Silent) for item in properties for part in _parts(item))


def _parts(item: Property) -> Iterator[Claim]:
    sentence = item.sentence
    roots = (sentence.after, sentence.claim) if isinstance(sentence, Response) else (sentence.claim,)
    for root in (*roots, *item.exceptions):
        yield from claims(root)


def conditions_at(places: Places, control: ControlKind) -> tuple[Guard, ...]:
    """The conditions that properties ask at the visits of a control state."""
    found = (part for item in places.asked.properties for part in claims(wrong(places, item, control)))
    return tuple(dict.fromkeys(part.condition for part in found if isinstance(part, Asks)))


def wrong(places: Places, item: Property, control: ControlKind) -> Claim:
    """The claim that is true where the property fails; of one that is to be so sometimes, where it is so."""
    match item.sentence:
        case OfVisits("sometimes", claim):
            found: Claim = claim
        case OfVisits(family, claim):
            found = All((_no(family, claim), No(Any(item.exceptions))))
        case Response(after, Visits(0), family, claim):
            found = All((after, _no(family, claim), No(Any(item.exceptions))))
        case _:
            raise NotInPromela(f"property '{item.name}' has a history, which the Promela model has not")
    return simple(places, found, control)


def _no(family: str, claim: Claim) -> Claim:
    return claim if family == "never" else No(claim)


def simple(places: Places, claim: Claim, control: ControlKind) -> Claim:
    """The claim without what is true or false of every visit in this control state."""
    match claim:
        case At(where, True) if where.control != control:
            return FALSE
        case Acts(kind) if kind not in ("continue", "hold", "stop") and not _can_act(places, kind, control):
            return FALSE
        case No(part):
            inner = simple(places, part, control)
            return FALSE if inner == TRUE else TRUE if inner == FALSE else No(inner)
        case While(what, condition):
            return simple(places, All((what, condition)), control)
        case All(parts) | Any(parts):
            ends, nothing = (FALSE, TRUE) if isinstance(claim, All) else (TRUE, FALSE)
            found = [one for part in parts if (one := simple(places, part, control)) != nothing]
            return ends if ends in found else found[0] if len(found) == 1 else type(claim)(tuple(found))
        case _:
            return claim


def _can_act(places: Places, kind: str, control: ControlKind) -> bool:
    return any(rule.action.kind == kind and places.applies(rule, control) != "0" for rule in places.asked.rules)
