"""What can be set about positioning, as its parts take it."""

from typing import NamedTuple, Self

from beidou_svc.config import RtkMode, RtkSection
from gnss.constants import NS_PER_MS, NS_PER_S
from gnss.position.options import SppOptions, SppRules, compile_rules
from gnss.rtk.base_choice import BaseRules
from gnss.rtk.settings import Mode, RtkSettings, rules_of

MODES = {RtkMode.KINEMATIC: Mode.KINEMATIC, RtkMode.STATIC: Mode.STATIC, RtkMode.SINGLE_EPOCH: Mode.SINGLE_EPOCH}


class PositioningSettings(NamedTuple):
    """Settings of the engines and of what is around them.

    `wait_ns`: how long an epoch waits for its base; `jump_m`: how far a base must move to have jumped; `auto_bases`:
    whether messages 1005 and 1006 make a base of a terminal that the register says nothing of; `threads` among which
    rovers are shared. Limits: `bases_max`,
    `base_epochs_max` kept of each base, `rovers_max` with a memory in the engine, `waiting_max` epochs that wait for
    their base, `backlog_rows_max` observations that wait for their turn.
    """

    rtk: RtkSettings = RtkSettings()
    spp: SppRules = compile_rules(SppOptions())
    base: BaseRules = BaseRules()
    wait_ns: int = 150 * NS_PER_MS
    jump_m: float = 0.05
    auto_bases: bool = True
    threads: int = 1
    bases_max: int = 256
    base_epochs_max: int = 64
    rovers_max: int = 20_000
    waiting_max: int = 50_000
    backlog_rows_max: int = 8_000_000

    @classmethod
    def of(cls, section: RtkSection) -> Self:
        """The settings of a section. Raises ValueError, naming the setting, where one makes no sense."""
        rtk = _engine(section)
        rules_of(rtk)
        base = BaseRules(
            silent_after_ns=round(section.base_silent_s * NS_PER_S),
            settle_ns=round(section.base_settle_s * NS_PER_S),
            satellites_min=section.base_satellites_min,
            return_after_ns=round(section.base_return_s * NS_PER_S),
            reach_m=section.baseline_m_max,
        )
        return cls(
            rtk=rtk,
            spp=compile_rules(SppOptions(systems=section.systems, cn0_dbhz_min=section.cn0_dbhz_min)),
            base=base,
            wait_ns=section.base_wait_ms * NS_PER_MS,
            auto_bases=section.base_from_messages,
            threads=section.threads,
            bases_max=section.bases_max,
            base_epochs_max=section.base_epochs_max,
            rovers_max=section.rovers_max,
            waiting_max=section.waiting_max,
        )


def _engine(section: RtkSection) -> RtkSettings:
    return RtkSettings(
        mode=MODES[section.mode],
        systems=section.systems,
        signals=section.signals,
        elevation_mask_deg=section.elevation_mask_deg,
        cn0_dbhz_min=section.cn0_dbhz_min,
        age_corr_s_max=section.age_corr_s_max,
        baseline_m_max=section.baseline_m_max,
        failure_rate_max=section.failure_rate_max,
    )
