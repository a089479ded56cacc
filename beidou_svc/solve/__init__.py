"""`beidou spp` and `beidou rtk`: recorded observations to positions."""
