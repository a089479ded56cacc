"""`/metrics`: counters read from the columns when they are asked for. Labels have few values; none names a terminal."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from beidou_svc import __version__
from beidou_svc.api.context import Context
from beidou_svc.api.road_status import event_counts, row_counts
from beidou_svc.api.status import (
    computed_counts,
    drop_counts,
    quality_counts,
    rtk_limits,
    stream_counts,
    switch_counts,
    terminal_counts,
    unsolved_counts,
)
from beidou_svc.ingest.counters import COUNTER_TEXT
from gnss.constants import NS_PER_S
from gnss.rtcm.messages import Family
from gnss.rtk.base_choice import BaseHealth
from gnss.status import Status

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

UNKNOWN_NAMES_MAX = 50
"""Unknown sentence names shown apart; the rest is summed under "other"."""

_STREAM_TEXT = {
    "frames_total": "Frames sent to clients of the live stream",
    "frames_encoded_total": "Frames encoded; the others were shared",
    "bytes_total": "Bytes sent to clients of the live stream",
    "dropped_clients": "Clients of the live stream dropped because they did not read",
    "refused_clients": "Clients of the live stream turned away: stream.clients_max reached",
}


class ServiceCollector(Collector):
    """The running service as Prometheus metrics."""

    def __init__(self, service: Context) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        yield from self._process()
        yield from self._fleet()
        yield from self._pipeline()
        yield from self._rtk()
        yield from self._ingest()
        yield from self._stream()
        yield from self._roads()

    def _process(self) -> Iterator[Metric]:
        service = self._service
        info = GaugeMetricFamily("beidou_info", "Version of the service", labels=["version"])
        info.add_metric([__version__], 1)
        yield info
        up_s = (service.clock.utc_ns() - service.t_start_ns) / NS_PER_S
        yield GaugeMetricFamily("beidou_uptime_seconds", "Time since the start", up_s)
        yield GaugeMetricFamily("beidou_ready", "1 = ready to serve", int(service.ready))

    def _fleet(self) -> Iterator[Metric]:
        counts = terminal_counts(self._service)
        alive = {name: counts[name] for name in ("online", "stale", "offline")}
        yield _gauges("beidou_terminals", "Terminals by liveness", "liveness", alive)
        yield GaugeMetricFamily("beidou_terminals_quarantined", "Terminals in quarantine", counts["quarantined"])
        qualities = {str(quality): 0 for quality in range(9)} | quality_counts(self._service)
        yield _gauges(
            "beidou_fix_quality_terminals", "Terminals not offline, by GGA fix quality", "fix_quality", qualities
        )

    def _pipeline(self) -> Iterator[Metric]:
        service = self._service
        drops = {status.name: 0 for status in Status if status} | drop_counts(service)
        yield _counters("beidou_drops", "Records and bytes not used, by reason", "reason", drops)
        totals = service.pipeline.sentences.sum(axis=0).tolist()
        kinds = dict(zip(service.pipeline.kind_names, totals, strict=False))
        yield _counters("beidou_sentences", "Sentences decoded, by kind", "kind", kinds)
        by_quality = {str(quality): n for quality, n in enumerate(service.pipeline.epochs.sum(axis=0).tolist())}
        yield _counters("beidou_epochs", "Epochs closed, by fix quality", "fix_quality", by_quality)
        yield _counters(
            "beidou_unknown_sentences", "Sentences of unknown kinds", "name", _bounded(service.pipeline.unknown)
        )

    def _rtk(self) -> Iterator[Metric]:
        service = self._service
        positioning = service.pipeline.positioning
        families = dict(zip((family.name for family in Family), service.pipeline.families.sum(axis=0), strict=False))
        yield _counters("beidou_rtcm_messages", "RTCM 3 messages, by family", "family", families)
        computed = {str(quality): 0 for quality in range(9)} | computed_counts(service)
        yield _counters("beidou_rtk_epochs", "Epochs computed here, by fix quality", "fix_quality", computed)
        yield _counters("beidou_rtk_unsolved", "Epochs without RTK, by reason", "reason", unsolved_counts(service))
        yield _counters("beidou_rtk_switches", "Rovers given another base, by reason", "reason", switch_counts(service))
        health = np.bincount(positioning.bases.health, minlength=len(BaseHealth)).tolist()
        yield _gauges(
            "beidou_rtk_bases", "Base stations, by health", "health",
            {each.name.lower(): health[each] for each in BaseHealth},
        )  # fmt: skip
        yield GaugeMetricFamily("beidou_rtk_rovers", "Rovers that are solved with a base", positioning.gauges.rovers)
        yield GaugeMetricFamily("beidou_rtk_waiting", "Epochs that wait for their base", positioning.gauges.waiting)
        yield _counters("beidou_rtk_limits", "Limits of positioning reached", "limit", rtk_limits(service))
        text = "Ticks in which sockets were not read because positioning was behind"
        yield CounterMetricFamily("beidou_rtk_held_ticks", text, service.held_ticks)

    def _ingest(self) -> Iterator[Metric]:
        status = self._service.ingest.status()
        yield GaugeMetricFamily("beidou_ingest_connections", "TCP connections of terminals", status.connections)
        yield GaugeMetricFamily("beidou_ingest_udp_peers", "UDP peers remembered", status.udp_peers)
        for counter, text in COUNTER_TEXT.items():
            name = counter.name.lower()
            yield CounterMetricFamily(f"beidou_ingest_{name}", text, status.counters[name])

    def _stream(self) -> Iterator[Metric]:
        counts = stream_counts(self._service)
        yield GaugeMetricFamily("beidou_stream_clients", "Clients of the live stream", counts["clients"])
        for name, text in _STREAM_TEXT.items():
            yield CounterMetricFamily(f"beidou_stream_{name.removesuffix('_total')}", text, counts[name])

    def _roads(self) -> Iterator[Metric]:
        roads, hub = self._service.roads, self._service.event_hub
        if roads is None or hub is None:
            return
        yield _counters(
            "beidou_road_rows", "Positions that went to the roads, by outcome", "outcome", row_counts(roads)
        )
        yield _counters("beidou_fence_rows", "What the fence engine counts", "what", dict(roads.fence_counts()))
        yield GaugeMetricFamily("beidou_fences", "Fences in force", len(roads.desk))
        events = CounterMetricFamily("beidou_road_events", "Events, by kind", labels=["kind", "op"])
        for kind, ops in event_counts(roads).items():
            for op, n in ops.items():
                events.add_metric([kind, op], n)
        yield events
        yield GaugeMetricFamily("beidou_event_clients", "Clients of the live events", len(hub.clients))
        yield CounterMetricFamily("beidou_events_sent", "Events given to clients of the live events", hub.sent)
        gone = {"dropped": hub.dropped, "refused": hub.refused}
        yield _counters("beidou_event_clients_gone", "Clients of the live events sent away, by reason", "reason", gone)


def metrics_text(service: Context) -> bytes:
    """All metrics in the text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ServiceCollector(service))
    return generate_latest(registry)


def _bounded(counts: Mapping[str, int]) -> dict[str, int]:
    """The most frequent names, and the sum of the others: whoever sends nonsense must not make new series forever."""
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    other = sum(n for _, n in ordered[UNKNOWN_NAMES_MAX:])
    return dict(ordered[:UNKNOWN_NAMES_MAX]) | ({"other": other} if other else {})


def _gauges(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    return _filled(family, values.items())


def _counters(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    return _filled(family, values.items())


def _filled(family: GaugeMetricFamily | CounterMetricFamily, values: Iterable[tuple[str, float]]) -> Metric:
    for value, number in values:
        family.add_metric([value], number)
    return family
