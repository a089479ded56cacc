"""RINEX 2.11, 3 and 4: text of observation and navigation files to columns and back (files: `gnss.rinex_io`).

Source: RINEX 2.11, 3.05 and 4.00 as files of them are; what no file at hand could confirm is marked unverified.
"""
