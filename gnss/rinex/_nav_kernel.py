"""Navigation records: their numbers out of the text."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.rinex._text_kernel import BAD, BLANK, Text, read_date, read_decimal

VALUE_WIDTH = 19
VALUES_LINE = 4


@leaf_kernel
def read_records(
    text: Text,
    first: NDArray[np.int64],
    lines: NDArray[np.int64],
    tags: NDArray[np.int64],
    date_columns: NDArray[np.int64],
    indent: int,
    t_gpst_ns: NDArray[np.int64],
    values: NDArray[np.float64],
    verdict: NDArray[np.uint8],
) -> None:
    """Date and numbers of each record, whose head is line `first` and which has `lines` lines.

    The head holds a date and three numbers, the others four each, `indent` columns in. A blank is NaN; `verdict` is BAD
    where a date or a number is not of its form.
    """
    head_indent = indent + VALUE_WIDTH
    for i in range(len(first)):
        line = first[i]
        t_gpst_ns[i], verdict[i] = read_date(text.data, text.start[line], text.stop[line], date_columns, tags[i])
        values[i, :] = np.nan
        for k in range(min(3 + VALUES_LINE * (lines[i] - 1), values.shape[1])):
            at_line = line if k < 3 else line + 1 + (k - 3) // VALUES_LINE
            column = head_indent + VALUE_WIDTH * k if k < 3 else indent + VALUE_WIDTH * ((k - 3) % VALUES_LINE)
            stop = text.stop[at_line]
            start = min(text.start[at_line] + column, stop)
            value, found = read_decimal(text.data, start, min(start + VALUE_WIDTH, stop))
            if found == BAD:
                verdict[i] = BAD
            elif found != BLANK:
                values[i, k] = value
