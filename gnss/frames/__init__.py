"""Where things are on and around the ellipsoid: geodetic, Earth-centred (ECEF) and local east-north-up
(ENU)."""
