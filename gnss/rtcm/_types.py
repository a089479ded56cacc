"""Short names for the arrays that kernels pass on: a signature fits on a line or two."""

import numpy as np
from numpy.typing import NDArray

U1 = NDArray[np.uint8]
I1 = NDArray[np.int8]
I8 = NDArray[np.int64]
F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
