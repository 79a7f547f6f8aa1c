"""How the rules of one visit are walked, in Promela: the same for every protocol, over bits of rules.

``ac`` are the rules that act in the world that is looked at, ``app`` those that apply. Effects that are possible are collected
with the first rule that gives each, effects that are permitted with all rules that give each.
"""

from __future__ import annotations

WALK = """
inline ADD(effect, place) { /* an effect that is possible, with the rules that give it and the first of them */
  i = 0;
  do
  :: (i < ns && se[i] != effect) -> i++
  :: else -> break
  od;
  if
  :: i == ns -> se[ns] = effect; sp[ns] = place; sr[ns] = (place & ~NOTHING); ns++
  :: else -> sr[i] = sr[i] | (place & ~NOTHING); sp[i] = (place < sp[i] -> place : sp[i])
  fi
}

inline PERM(effect, rule) { /* an effect that is permitted, with every rule that gives it */
  i = 0;
  do
  :: (i < np && pe[i] != effect) -> i++
  :: else -> break
  od;
  if
  :: i == np -> pe[np] = effect; pr[np] = rule; np++
  :: else -> pr[i] = pr[i] | rule
  fi;
  OPTION(effect);
  pm = pm | o
}

inline OPTION(effect) { /* as what it can be given: bit 0 no drug, then each level, each level as a new patient, the end */
  if
  :: DOSE(effect) == 0 -> o = 1 | (CONTROL(effect) == STOPPED -> ENDS : 0)
  :: else -> o = (1 << DOSE(effect)) | ((effect & ANEW) -> (1 << (LEVELS + DOSE(effect))) : 0)
  fi
}

inline TURN(effect, rule, isordered, isrecommended) {
  if
  :: (isordered) -> oe[no] = effect; ob[no] = rule; no++
  :: else ->
     PERM(effect, rule);
     if
     :: (isrecommended) -> me[nm] = effect; mb[nm] = rule; nm++
     :: else
     fi
  fi
}

inline WAYS() { /* every way to answer all reasons: for each one of the rules in cq */
  q = 0;
  do
  :: q < REASONS -> wq[q] = cq[q] & (-cq[q]); q++
  :: else -> break
  od;
  do
  :: 1 ->
     u = 0; q = 0;
     do
     :: q < REASONS -> u = u | wq[q]; q++
     :: else -> break
     od;
     z = u; first = 1; allanew = 1;
     do
     :: z == 0 -> break
     :: else ->
        b = z & (-z); z = z & ~b;
        EFFECT(b);
        if
        :: !(e & ANEW) -> allanew = 0
        :: else
        fi;
        if
        :: (first || RANK(e) < RANK(lowest)) -> lowest = e; lb = b; first = 0
        :: else
        fi
     od;
     e = lowest;
     if
     :: !allanew -> e = e & ~ANEW
     :: else
     fi;
     LOWERED();
     BLOCKED(e);
     if
     :: blocked
     :: else -> TURN(e, lb, (u & MAY) == 0, (u & MAY & ~RECOMMENDED) == 0)
     fi;
     q = 0;
     do
     :: q == REASONS -> break
     :: else ->
        h = cq[q] & ~((wq[q] << 1) - 1);
        if
        :: (cq[q] != 0 && h != 0) -> wq[q] = h & (-h); break
        :: else -> wq[q] = cq[q] & (-cq[q]); q++
        fi
     od;
     if
     :: q == REASONS -> break
     :: else
     fi
  od
}

inline ANSWERS(given, among) { /* for each reason the rule that is given, else the first of these that answers it */
  fail = 0; q = 0;
  do
  :: q == REASONS -> break
  :: else ->
     if
     :: !(rs & (1 << q)) -> cq[q] = 0
     :: (rs & (1 << q)) && (given & cov[q]) -> cq[q] = given
     :: else ->
        h = among & cov[q];
        if
        :: h == 0 -> fail = 1
        :: else -> FIRST(h); cq[q] = g2
        fi
     fi;
     q++
  od
}

inline RESUMED() {
  racc = racc | (g & RESUME);
  isordered = 0;
  if
  :: (g & RESUME & ~MAY) ->
     ANSWERS(0, racc & ~MAY);
     if
     :: fail
     :: else -> isordered = 1; WAYS()
     fi
  :: else
  fi;
  v = g & RESUME;
  do
  :: v == 0 -> break
  :: else ->
     vb = v & (-v); v = v & ~vb;
     if
     :: (!isordered || (vb & MAY)) ->
        ANSWERS(vb, racc);
        if
        :: fail
        :: else -> WAYS()
        fi
     :: else
     fi
  od
}

inline WALK() { /* the first must that acts decides, each may before it is offered */
  x = ac & app;
  if
  :: ctl == HELD -> x = x & ~HOLD
  :: else
  fi;
  found = 0; mrec = 0; racc = 0; pm = 0;
  do
  :: (found || x == 0) -> break
  :: else ->
     FIRST(x);
     g = g2; x = x & ~g; no = 0; nm = 0;
     y = (ctl == HELD -> g & ~RESUME : g);
     do
     :: y == 0 -> break
     :: else ->
        b = y & (-y); y = y & ~b; lb = b;
        EFFECT(b);
        blocked = 0;
        if
        :: (b & RESUME) -> BLOCKED(e)
        :: else
        fi;
        if
        :: blocked
        :: else -> TURN(e, lb, (lb & MAY) == 0, (lb & MAY & ~RECOMMENDED) == 0)
        fi
     od;
     if
     :: (ctl == HELD && (g & RESUME)) -> RESUMED()
     :: else
     fi;
     RECORD()
  od;
  if
  :: found
  :: else ->
     if
     :: !mrec -> ADD(nochg, NOTHING)
     :: else
     fi;
     PERM(nochg, 0);
     SILENT()
  fi
}

inline RECORD() { /* what one turn gives: where rules of equal right agree the first, else all of them */
  if
  :: (nm > 0 && !mrec) ->
     mrec = 1; j = 1;
     do
     :: (j < nm && me[j] == me[0]) -> j++
     :: else -> break
     od;
     nm = (j == nm -> 1 : nm); j = 0;
     do
     :: j < nm -> ADD(me[j], mb[j]); j++
     :: else -> break
     od
  :: else
  fi;
  if
  :: no > 0 ->
     j = 1;
     do
     :: (j < no && oe[j] == oe[0]) -> j++
     :: else -> break
     od;
     no = (j == no -> 1 : no); j = 0;
     do
     :: j < no ->
        PERM(oe[j], ob[j]);
        if
        :: !mrec -> ADD(oe[j], ob[j])
        :: else
        fi;
        j++
     :: else -> break
     od;
     found = 1
  :: else
  fi
}
"""
