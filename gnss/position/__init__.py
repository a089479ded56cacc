"""Positions from the pseudoranges of one receiver alone: single-point positioning, and velocities from Doppler.

One signal of each satellite; a receiver clock for each constellation; satellites that contradict the others are
excluded. NavIC and SBAS satellites are not used: what their signals' group delays mean was not at hand.
"""
