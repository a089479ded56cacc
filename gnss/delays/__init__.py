"""What delays a signal on its way: ionosphere and troposphere, and the angles under which it comes.

The ionosphere is that of the broadcast Klobuchar parameters, GPS's and BeiDou's. BDGIM, the model of BeiDou's newer
messages, is not here: its published coefficients were not at hand.
"""
