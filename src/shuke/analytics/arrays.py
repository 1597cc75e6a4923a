"""Columns of Arrow as arrays of numpy."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["numbers"]


def numbers(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """The numbers of a column; NaN where there is none."""
    as_floats: npt.NDArray[np.float64] = column.cast(pa.float64()).to_numpy()
    return as_floats
