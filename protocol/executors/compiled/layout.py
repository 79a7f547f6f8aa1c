"""Where does each number stand that is kept of a patient, and what does each code of an axis or of a leaf mean?

A patient is a vector of whole numbers, the registers. An *axis* is one question about them, answered by a small whole number.
A decision tree asks one axis after the other; its leaf says what is decided and which registers change.
"""

from __future__ import annotations

NONE = -(2**62)
"""The time of what never happened. As it is so long ago, whatever is counted from it is more than any constant."""
EVER = 2**61
"""Minutes for which a value counts that counts for ever."""

TIME, STARTED, ENTERED, CHANGED, RAISED, LOWERED, HOLD_BEGAN, STEPPED = range(8)
"""Registers of moments, in minutes since the first dose."""
ON_DRUG, STEPPED_ON_DRUG, HELD_ON_DRUG, PLACE = range(8, 12)
"""Registers of minutes with drug in force, now, at the last step and at the last hold; and the place."""
FIRST_FREE = 12
"""Behind these stand one register of each input (when its value was observed, NONE without one), one of each term (its code),
and those of the trackers."""

READING, KNOWN, CLOCK, AMOUNT, COUNT, SPAN, RANGE, AFTER, SINCE, SHOWN, HAS_STARTED, NEGATIVE, HELD, GIVEN = range(14)
"""The kinds of axes; ``asking`` says how each is answered."""

SETS_STARTED, SETS_ENTERED, SETS_CHANGED, SETS_RAISED, SETS_LOWERED, SETS_HOLD, SETS_STEPPED, ANEW = (1 << n for n in range(8))
"""What a leaf writes: the time of the visit into the register of that name. ``SETS_HOLD`` and ``SETS_STEPPED`` also keep the
minutes on drug; with ``ANEW`` the course begins anew."""

NOT_OBSERVED, NO_VALUE = -1, -2
"""What a visit says of a term: nothing; that no value counts now, because it was not done or refused. Else a code of the term."""

NOT_GROWN = -1
"""The entry of a tree where nobody has been yet. An entry from 0 on is a node; one from -2 on downwards is a leaf."""

FALSE, TRUE, OPEN = 0, 1, 2


def leaf(number: int) -> int:
    """The entry of a leaf, or the leaf of an entry."""
    return -2 - number
