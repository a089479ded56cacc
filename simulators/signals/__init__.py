"""Observations of receivers made up: code, phase, Doppler and C/N0 of every signal of every satellite in view.

Their errors are known one by one: clocks, atmosphere, multipath, noise, slips, half cycles, biases between makes.
"""
