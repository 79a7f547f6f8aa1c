"""The family of a property: as it says, else as its sentence says."""

from __future__ import annotations

import pytest

from protocol.model.property import (
    Acts,
    Any,
    Claim,
    DoseMoves,
    Family,
    NoDrug,
    OfVisits,
    Property,
    Response,
    Sentence,
    Since,
    Until,
    Visits,
    While,
    family_of,
)

hold, stop, off = Acts("hold"), Acts("stop"), NoDrug()
unchanged = Any((DoseMoves("unchanged"), stop))


@pytest.mark.parametrize(
    ("sentence", "exceptions", "family"),
    [
        (OfVisits("never", While(stop, off)), (), "must not"),
        (OfVisits("never", stop), (off,), "only if"),
        (OfVisits("always", off), (), "must not"),
        (OfVisits("always", unchanged), (), "frame"),
        (OfVisits("sometimes", stop), (), "must act"),
        (Response(hold, Visits(0), "always", off), (), "must act"),
        (Response(hold, Visits(2), "sometimes", Acts("continue")), (), "must act"),
        (Response(hold, Until(stop), "always", Acts("continue")), (stop,), "frame"),
        (Response(hold, Visits(2), "never", stop), (), "must not"),
    ],
)
def test_what_a_sentence_says_is_its_family(sentence: Sentence, exceptions: tuple[Claim, ...], family: Family) -> None:
    assert family_of(Property("it", sentence, exceptions)) == family
    assert family_of(Property("it", sentence, exceptions, family="only if")) == "only if"


def test_a_property_names_every_claim_in_it() -> None:
    item = Property("it", Response(hold, Until(Since(stop, off)), "never", unchanged), (Acts("review"),))
    parts = (hold, Since(stop, off), stop, off, unchanged, DoseMoves("unchanged"), stop, Acts("review"))
    assert tuple(item.claims()) == parts
