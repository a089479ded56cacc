"""GNSS time scales on int64 nanoseconds: GPST inside, UTC, BDT, GST and GLONASST at the edges.

`t_gpst_ns` counts nanoseconds since 1980-01-06 00:00:00 GPST. UTC is a pair: `day` = days since 1970-01-01 and
`ns_of_day`, which reaches 86 401 s - 1 ns on a day that ends with a leap second, so that 23:59:60.x is one instant
and no other.
"""
