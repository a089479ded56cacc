"""RTCM 3."""
