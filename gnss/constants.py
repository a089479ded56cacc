"""Physical and defining constants, each with value, unit and where it is defined, on one line."""

from typing import Final

# light and circle
SPEED_OF_LIGHT_MPS: Final = 299_792_458.0  # m/s, exact, SI; every GNSS interface document
SEMICIRCLE_RAD: Final = 3.1415926535898  # rad, the pi of IS-GPS-200 and the BDS ICDs

# units of time
NS_PER_MS: Final = 1_000_000  # ns
NS_PER_S: Final = 1_000_000_000  # ns
NS_PER_HOUR: Final = 3_600 * NS_PER_S  # ns
NS_PER_DAY: Final = 86_400 * NS_PER_S  # ns, a day without leap second
NS_PER_WEEK: Final = 7 * NS_PER_DAY  # ns

# ellipsoids
CGCS2000_A_M: Final = 6_378_137.0  # m, semi-major axis, EPSG ellipsoid 1024
CGCS2000_INV_F: Final = 298.257222101  # inverse flattening, EPSG ellipsoid 1024 (the GRS 80 value)
WGS84_A_M: Final = 6_378_137.0  # m, semi-major axis, EPSG ellipsoid 7030
WGS84_INV_F: Final = 298.257223563  # inverse flattening, EPSG ellipsoid 7030
PZ90_A_M: Final = 6_378_136.0  # m, semi-major axis, GLONASS ICD
PZ90_INV_F: Final = 298.25784  # inverse flattening, GLONASS ICD
PZ90_J2: Final = 1.0826257e-3  # second zonal harmonic, GLONASS ICD

# gravity and rotation of the broadcast orbits: each system's ephemerides were fitted with its own values
BDS_GM_M3PS2: Final = 3.986004418e14  # m³/s², BDS-SIS-ICD
BDS_OMEGA_E_RADPS: Final = 7.2921150e-5  # rad/s, BDS-SIS-ICD
GPS_GM_M3PS2: Final = 3.986005e14  # m³/s², IS-GPS-200; QZSS too
GPS_OMEGA_E_RADPS: Final = 7.2921151467e-5  # rad/s, IS-GPS-200; QZSS too
GALILEO_GM_M3PS2: Final = 3.986004418e14  # m³/s², Galileo OS SIS ICD
GALILEO_OMEGA_E_RADPS: Final = 7.2921151467e-5  # rad/s, Galileo OS SIS ICD
GLONASS_GM_M3PS2: Final = 3.9860044e14  # m³/s², GLONASS ICD
GLONASS_OMEGA_E_RADPS: Final = 7.292115e-5  # rad/s, GLONASS ICD

# carrier frequencies
B1I_HZ: Final = 1_561.098e6  # Hz, BDS B1I
B1C_HZ: Final = 1_575.420e6  # Hz, BDS B1C, GPS and QZSS L1, Galileo E1
B2A_HZ: Final = 1_176.450e6  # Hz, BDS B2a, GPS and QZSS L5, Galileo E5a
B2I_HZ: Final = 1_207.140e6  # Hz, BDS B2I and B2b, Galileo E5b
B2AB_HZ: Final = 1_191.795e6  # Hz, BDS B2(a+b), Galileo E5 AltBOC
B3I_HZ: Final = 1_268.520e6  # Hz, BDS B3I
L1_HZ: Final = B1C_HZ  # Hz, GPS L1
L2_HZ: Final = 1_227.600e6  # Hz, GPS and QZSS L2
L5_HZ: Final = B2A_HZ  # Hz, GPS L5
E6_HZ: Final = 1_278.750e6  # Hz, Galileo E6, QZSS L6
G1_HZ: Final = 1_602.0e6  # Hz, GLONASS G1, channel 0
G1_STEP_HZ: Final = 562.5e3  # Hz a channel, GLONASS G1, channels -7..+6
G2_HZ: Final = 1_246.0e6  # Hz, GLONASS G2, channel 0
G2_STEP_HZ: Final = 437.5e3  # Hz a channel, GLONASS G2, channels -7..+6
