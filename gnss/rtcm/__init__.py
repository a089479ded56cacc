"""RTCM 3: frames to columns and back."""
