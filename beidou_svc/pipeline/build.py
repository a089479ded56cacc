"""The pipeline that settings ask for."""

from beidou_svc.config import RtkSection, Settings
from beidou_svc.errors import ConfigError
from beidou_svc.fleet.registry import Registry
from beidou_svc.pipeline.runner import Pipeline
from beidou_svc.positioning.bases import Register
from beidou_svc.positioning.running import Beside, Inline, Runner
from beidou_svc.positioning.settings import PositioningSettings
from beidou_svc.positioning.stage import Positioning
from gnss.batches import NO_TIME
from gnss.constants import NS_PER_MS

CAPACITY_FIRST = 1_024
TICKS_A_STEP = 2
"""A step of positioning takes what came in so many ticks: fewer steps cost less, and later."""


def build_pipeline(settings: Settings, registry: Registry, reference_gpst_ns: int = NO_TIME) -> Pipeline:
    """A pipeline with positioning beside it, as the service runs it. Raises ConfigError."""
    capacity = max(CAPACITY_FIRST, registry.count)
    runner: Runner | None = None
    if settings.rtk.enabled:
        positioning = Positioning(positioning_settings(settings.rtk), capacity, registry)
        positioning.expect(registry.bases())
        interval_ns = TICKS_A_STEP * settings.fleet.tick_ms * NS_PER_MS
        runner = Beside(positioning, interval_ns=interval_ns, ticks_max=settings.rtk.backlog_ticks_max)
    return Pipeline(capacity=capacity, reference_gpst_ns=reference_gpst_ns, positioning=runner)


def replay_pipeline(section: RtkSection, capacity: int, register: Register, reference_gpst_ns: int) -> Pipeline:
    """A pipeline whose positioning is done with each tick. Raises ConfigError."""
    positioning = Positioning(positioning_settings(section), capacity, register) if section.enabled else None
    runner = None if positioning is None else Inline(positioning)
    return Pipeline(capacity=capacity, reference_gpst_ns=reference_gpst_ns, positioning=runner)


def positioning_settings(section: RtkSection) -> PositioningSettings:
    """The settings of positioning. Raises ConfigError, naming the one that makes no sense."""
    try:
        return PositioningSettings.of(section)
    except ValueError as error:
        raise ConfigError(f"rtk.{error}") from error
