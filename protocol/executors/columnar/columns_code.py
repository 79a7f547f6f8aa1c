"""The loop that reads all columns of some rows as codes, each where it stands in memory and as its kind says."""

from __future__ import annotations

from typing import Any

import numpy as np

from protocol.executors.columnar.machine_code import compiled, short
from protocol.executors.columnar.rows_code import code_flags, code_grades, code_multiples, code_numbers, code_options
from protocol.executors.columnar.vector_code import array_at
from protocol.executors.compiled.layout import NOT_OBSERVED

NUMBER, GRADE, FLAG, OPTION, MULTIPLE, WITHOUT, NOTHING = range(7)
"""As what a column is read. ``WITHOUT``: multiples of a limit that is in no column. ``NOTHING``: what is in no column."""
(
    C_KIND, C_PLACE, C_VALUES, C_BIT, C_WIDTH, C_THERE, C_THERE_BIT, C_LIMITS, C_LIMITS_THERE, C_LIMITS_BIT, C_CUTS, C_CUTS_END,
    C_RANGE, C_CODES, C_CODES_END, C_FIRST, C_WITHOUT,
) = range(17)  # fmt: skip
"""The columns of the table of columns: what is read, as which term; where its values stand, which bit is the first, how wide they
are; where it stands which rows have a value, if not all; the same of limits of normal; where the constants stand, and the range
of what is plausible; where exact constants or the codes of options stand; which term has the cells of the plain values; and the
code without a limit."""
ROWS = 4096
"""So many rows of one column after the other are read: what was made of one is at hand when the next one needs it."""
_SPREAD, _EACH = np.uint64(0x0101010101010101), np.uint64(0x8040201008040201)
_BELOW, _TOP = np.uint64(0x7F7F7F7F7F7F7F7F), np.uint64(7)


@short
def bytes_of(address: int, bit: int, size: int, out: Any) -> Any:
    """A byte for each bit; those that stand before the first one too, so that the first byte is that of this number."""
    first, words = bit >> 3, out.view(np.uint64)
    bits = array_at(address + first, ((bit & 7) + size + 7) >> 3, np.uint8)
    for number in range(bits.shape[0]):
        each = np.uint64(bits[number]) * _SPREAD & _EACH
        words[number] = (each + _BELOW) >> _TOP & _SPREAD
    return bit & 7


@compiled
def there_of(address: int, bit: int, size: int, out: Any) -> Any:
    """Which rows have a value, as bytes: all, where it does not stand anywhere. The first byte is that of the returned number."""
    if address == 0:
        for row in range(size):
            out[row] = 1
        return 0
    return bytes_of(address, bit, size, out)


@compiled
def options_of(address: int, width: int, first: int, size: int, out: Any) -> None:
    """Numbers of any width as one kind."""
    if width == 1:
        small = array_at(address + first, size, np.uint8)
        for row in range(size):
            out[row] = small[row]
    elif width == 2:
        short_ = array_at(address + 2 * first, size, np.uint16)
        for row in range(size):
            out[row] = short_[row]
    elif width == 4:
        usual = array_at(address + 4 * first, size, np.uint32)
        for row in range(size):
            out[row] = usual[row]
    else:
        wide = array_at(address + 8 * first, size, np.int64)
        for row in range(size):
            out[row] = wide[row]


@compiled
def code_columns(
    columns: Any, floats: Any, exact: Any, codes: Any, first: int, raw: Any, bytes_: Any, times: Any, cells: Any, numbers: Any,
    odd: Any,
) -> None:  # fmt: skip
    """Reads all columns from a row on; ``odd`` counts for each what is to be asked. The others but the tables are spare room."""
    for begin in range(0, raw.shape[1], ROWS):
        end = min(begin + ROWS, raw.shape[1])
        for number in range(columns.shape[0]):
            one = columns[number]
            odd[number] += code_column(
                one, floats, exact, codes, first + begin, raw[one[C_PLACE], begin:end], raw[one[C_FIRST], begin:end], bytes_,
                times, cells, numbers,
            )  # fmt: skip


@compiled
def code_column(
    one: Any, floats: Any, exact: Any, codes: Any, first: int, out: Any, plain: Any, bytes_: Any, times: Any, cells: Any,
    numbers: Any,
) -> Any:  # fmt: skip
    """Reads some rows of one column; how many are to be asked."""
    size, kind = out.shape[0], one[C_KIND]
    if kind == NOTHING:
        for row in range(size):
            out[row] = NOT_OBSERVED
        return 0
    if kind == WITHOUT:
        for row in range(size):
            out[row] = plain[row] if plain[row] < 0 else one[C_WITHOUT]
        return 0
    at = there_of(one[C_THERE], one[C_THERE_BIT] + first, size, bytes_[0])
    there, cuts, around = bytes_[0, at : at + size], floats[one[C_CUTS] : one[C_CUTS_END]], one[C_RANGE]
    if kind == FLAG:
        bit = bytes_of(one[C_VALUES], one[C_BIT] + first, size, bytes_[1])
        code_flags(bytes_[1, bit : bit + size], there, out)
        return 0
    if kind == OPTION:
        options_of(one[C_VALUES], one[C_WIDTH], first, size, numbers)
        return code_options(numbers, there, codes[one[C_CODES] : one[C_CODES_END]], out)
    values = array_at(one[C_VALUES] + 8 * first, size, np.float64)
    if kind == NUMBER:
        return code_numbers(values, there, floats[around : around + 2], cuts, out)
    if kind == GRADE:
        return code_grades(values, there, cuts, out)
    limits = array_at(one[C_LIMITS] + 8 * first, size, np.float64)
    at = there_of(one[C_LIMITS_THERE], one[C_LIMITS_BIT] + first, size, bytes_[0])
    return code_multiples(
        plain, values, limits, bytes_[0, at : at + size], floats[around : around + 2], cuts,
        exact[one[C_CODES] : one[C_CODES_END]], one[C_WITHOUT], times, cells, out,
    )  # fmt: skip


@compiled
def code_given(one: Any, codes: Any, first: int, bytes_: Any, numbers: Any, out: Any) -> None:
    """What was given at each row from one on."""
    for begin in range(0, out.shape[0], ROWS):
        part = out[begin : min(begin + ROWS, out.shape[0])]
        at = there_of(one[3], one[4] + first + begin, part.shape[0], bytes_[0])
        options_of(one[0], one[2], first + begin, part.shape[0], numbers)
        code_options(numbers, bytes_[0, at : at + part.shape[0]], codes, part)
