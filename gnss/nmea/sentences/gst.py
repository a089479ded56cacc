"""GST: standard deviations of the position and its error ellipse.

$GNGST,133901.50,0.012,0.011,0.009,12.5,0.010,0.009,0.021*72
"""

from gnss.nmea.fields import number, time_of_day
from gnss.nmea.sentence import Sentence

GST = Sentence(
    "GST",
    (
        time_of_day(),
        number("rms_m", 0, 1e9, decimals=3),
        number("sigma_major_m", 0, 1e9, decimals=3),
        number("sigma_minor_m", 0, 1e9, decimals=3),
        number("orient_deg", -360, 360, decimals=2),
        number("sigma_n_m", 0, 1e9, decimals=3),
        number("sigma_e_m", 0, 1e9, decimals=3),
        number("sigma_u_m", 0, 1e9, decimals=3),
    ),
    fields_min=8,
)
