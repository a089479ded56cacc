"""Compile the kernels that solve recordings once, so that no recording waits for a compiler."""

import numpy as np

from gnss._simd import PAD_BYTES
from gnss.batches import SegmentBatch
from gnss.orbits.book import OrbitBook
from gnss.position.spp import solve_spp
from gnss.rinex.navigation import parse_navigation
from gnss.rinex.observations import RinexObservations, parse_observations
from gnss.rinex.write_navigation import format_navigation
from gnss.rinex.write_observations import format_observations
from gnss.rtcm.decode import RtcmState, decode
from gnss.rtcm.ephemerides import EphemerisBatch, decode_ephemerides
from gnss.rtcm.epochs import EpochBatch, RtcmEpochState, assemble_epochs
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch, decode_glonass_ephemerides
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import CODE_INDEX
from gnss.rtcm.stations import decode_stations
from gnss.rtk.base_codes import CodeMeans, steady_codes
from gnss.rtk.engine import BaseReceived, Received, step
from gnss.rtk.state import RtkState
from gnss.stream.spans import ScanState, ScanWorkspace, scan

_T_NS = 1_400_000_000_000_000_000


def _rinex() -> RinexObservations:
    """One epoch through both forms of observation files."""
    o = ObservationBatch.missing(
        2, t_gpst_ns=_T_NS, prn=[1, 2], signal=CODE_INDEX["1C"], pr_m=2.2e7, cp_cyc=1e8, lock_s=0
    )
    epochs = EpochBatch.missing(1, t_gpst_ns=_T_NS, rows=2)
    for version in (2.11, 3.05):
        found = parse_observations(np.frombuffer(format_observations(epochs, o, version=version).text, np.uint8))
    return found


def _orbits() -> OrbitBook:
    known = {name: 0.0 for name, spec in EphemerisBatch.specs().items() if spec.dtype == "f8"}
    known.update(number=1019, prn=1, sqrt_a=5153.7, toe_gpst_ns=_T_NS, toc_gpst_ns=_T_NS)
    kepler = EphemerisBatch.missing(1, **known)
    text = format_navigation(kepler, GlonassEphemerisBatch.empty()).text
    found = parse_navigation(np.frombuffer(text, np.uint8))
    return OrbitBook.holding(found.kepler, found.glonass)


def _rtcm() -> None:
    work = np.zeros(PAD_BYTES + 1, np.uint8)
    buffer, spans = scan(ScanState.for_slots(1), work, SegmentBatch.whole(work[:1]), ScanWorkspace(), final=True)
    decoded = decode(RtcmState.for_slots(1), buffer, spans)
    assemble_epochs(RtcmEpochState.for_slots(1), decoded, ended=np.zeros(1, np.int32))
    decode_ephemerides(decoded)
    decode_glonass_ephemerides(decoded)
    decode_stations(decoded)


def warm() -> None:
    """Read, decode and solve a sample, which compiles the kernels or loads them from the cache."""
    found, book = _rinex(), _orbits()
    _rtcm()
    solve_spp(found.epochs, found.observations, book)
    received = Received(found.epochs, found.observations)
    of_base = np.zeros(1, np.int32)
    _, codes = steady_codes(CodeMeans.for_bases(1), found.epochs, found.observations, of_base)
    base = BaseReceived(found.epochs, found.observations, np.zeros((1, 3)), of_base, codes)
    step(RtkState.for_slots(1), received, base, np.zeros(1, np.int64), book)
