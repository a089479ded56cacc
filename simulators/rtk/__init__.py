"""Rovers and base stations on air: RTCM 3 of receivers under the simulated sky, over the same links as the fleet."""
