"""Steps of the angles in ephemerides, which count semicircles, in radians."""

from typing import Final

from gnss.constants import SEMICIRCLE_RAD

SC_2_31_RAD: Final = SEMICIRCLE_RAD * 2.0**-31
SC_2_43_RADPS: Final = SEMICIRCLE_RAD * 2.0**-43
SC_2_41_RADPS: Final = SEMICIRCLE_RAD * 2.0**-41
