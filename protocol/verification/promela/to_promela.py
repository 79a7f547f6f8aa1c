"""A protocol as a model in Promela, for an auditor that shares no search with this package: the model checker SPIN.

One process makes visits for ever, ``every`` so many minutes. At each visit it chooses what the visit shows of each input that is
asked there, moves the trackers on, tries the rules in every completion of what is unknown, and moves to the state in which the
recommendation, or what is permitted beside it, is in force. A whole visit is one atomic step, so SPIN stores exactly the states
between visits. What a visit chose is forgotten at its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from protocol.model.protocol import Protocol
from protocol.model.rule import CONTROLS
from protocol.verification.promela.asked import asked as ask
from protocol.verification.promela.claims import judging
from protocol.verification.promela.conclude import CONCLUDE
from protocol.verification.promela.deciding import deciding
from protocol.verification.promela.memory import memory
from protocol.verification.promela.moving import moving
from protocol.verification.promela.places import Places
from protocol.verification.promela.state import declared
from protocol.verification.promela.visits import Visits, picking, visits_of
from protocol.verification.promela.walk import WALK

MODEL = """
init {
  do
  :: atomic {
       d_step { TICK(); RELEVANT() }
LETTER
       d_step { TRACK(); DECIDE(); OPTIONS();
         if
         :: opts == 0 -> CHOSEN(0); MOVE(); FORGET()
         :: else
         fi
       }
       if
       :: opts == 0
       :: else ->
          if
GIVEN
          fi;
          d_step { DECIDE(); CHOSEN(go); MOVE(); FORGET() }
       fi
     }
  od
}
"""


def promela(protocol: Protocol, every: int, properties: Iterable[str] = ()) -> str:
    """The model of a protocol with a visit every so many minutes; with assertions for the properties of these names.

    Raises NotInPromela where the protocol asks what the model does not have.
    """
    asked = ask(protocol, every, properties)
    places = Places(asked)
    visits = tuple(visits_of(places, control) for control in CONTROLS)
    options = 2 * len(protocol.levels) + 2
    given = "\n".join(["          :: go = 0", *(f"          :: (opts & {1 << n}) -> go = {1 << n}" for n in range(options))])
    parts = [
        f"/* {protocol.name} {protocol.version}, a visit every {every} minutes */",
        *declared(places, visits),
        *memory(visits),
        *deciding(visits),
        WALK,
        CONCLUDE,
        *judging(visits),
        *moving(places),
        MODEL.replace("GIVEN", given).replace("LETTER", "\n".join(_letters(visits))),
    ]
    return "\n".join(parts)


def _letters(visits: Sequence[Visits]) -> Iterator[str]:
    yield "       if"
    for one in visits:
        yield f"       :: ctl == {one.number} -> /* {one.control} */"
        yield from (f"          {line}" for line in picking(one))
        yield "          skip"
    yield "       fi;"
