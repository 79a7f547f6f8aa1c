"""How the decision of one visit is concluded in Promela, and what follows: what is given, and why drug is interrupted then.

Between the effects that are possible (``se``) the decision is decided, provisional or undecided; what is given is what is
recommended, or an effect that is permitted (``pe``).
"""

from __future__ import annotations

CONCLUDE = """
inline SAFE(effect) { /* whether it goes to the safe side of what is in force */
  safe = !(effect & (ANEW | UNDEFINED)) && TOWARDS(DOSE(effect), dos)
}

inline LEAST() { /* the least exposure among those that can be undone */
  least = -1; j = 0;
  do
  :: j == nl -> break
  :: else ->
     if
     :: CONTROL(le[j]) == STOPPED
     :: CONTROL(le[j]) != STOPPED && (least < 0 || LESS(le[j], le[least]) || (SAME(le[j], le[least]) && lp[j] < lp[least])) ->
        least = j
     :: else
     fi;
     j++
  od
}

inline CONCLUDE() { /* decided, provisional or undecided */
  fw = 0;
  if
  :: (ns == 1 && !(se[0] & UNDEFINED)) -> status = DECIDED; rec = se[0]
  :: ns == 1 -> status = UNDECIDED; rec = inforce; fw = wh; stuck = 1
  :: else ->
     nl = 0; j = 0; allsafe = 1;
     do
     :: j == ns -> break
     :: else -> SAFE(se[j]); allsafe = allsafe && safe; le[j] = se[j]; lp[j] = sp[j]; j++
     od;
     nl = ns;
     LEAST();
     if
     :: (allsafe && least >= 0) -> status = PROVISIONAL; rec = le[least]
     :: else ->
        h = aall & app & ~MAY & ~RESUME;
        if
        :: ctl == HELD -> h = h & ~HOLD
        :: else
        fi;
        nl = 0; leading = 0;
        if
        :: h == 0
        :: else ->
           FIRST(h);
           y = g2;
           do
           :: y == 0 -> break
           :: else ->
              b = y & (-y); y = y & ~b; lb = b;
              EFFECT(b);
              SAFE(e);
              if
              :: safe -> le[nl] = e; lp[nl] = lb; leading = leading | lb; nl++
              :: else
              fi
           od
        fi;
        LEAST();
        if
        :: nl == 0 -> status = UNDECIDED; rec = inforce; fw = wh
        :: nl > 0 && least >= 0 -> status = PROVISIONAL; rec = le[least]
        :: else -> status = PROVISIONAL; rec = inforce & ~DOSES; fw = 1
        fi
     fi
  fi
}

inline CHOSEN(option) { /* what is put into force where this is given: what is recommended, else what is permitted */
  if
  :: option == 0 -> eff = rec
  :: else ->
     OPTION(rec);
     eff = rec;
     if
     :: (o & option)
     :: else ->
        eff = -1; j = 0;
        do
        :: j == np -> break
        :: else ->
           OPTION(pe[j]);
           if
           :: !(o & option)
           :: (o & option) && (eff < 0 || PRIOR(pe[j], pr[j], eff, effp)) -> eff = pe[j]; effp = pr[j]
           :: else
           fi;
           j++
        od;
        if
        :: eff < 0 -> eff = nochg
        :: else
        fi
     fi
  fi
}

inline REASON() { /* why drug is interrupted after this effect */
  nr = rs; j = 0; h = 0;
  do
  :: j == np -> break
  :: else ->
     if
     :: pe[j] == eff -> h = pr[j]
     :: else
     fi;
     j++
  od;
  HOLDS();
  if
  :: CONTROL(eff) == STOPPED -> nr = 0
  :: CONTROL(eff) == HELD ->
     nr = rs | held;
     if
     :: nr == 0 -> HOLDERS(h); nr = held
     :: else
     fi;
     if
     :: nr == 0 -> nr = UNORDERED
     :: else
     fi
  :: (CONTROL(eff) == REVIEW && DOSE(eff) == 0) -> nr = rs | held
  :: else ->
     if
     :: (h & (ctl == REVIEW -> LEAVING : RESUME)) -> nr = 0
     :: else
     fi
  fi
}
"""
