/** Base stations as `/v1/status` tells of them (docs/api.md), and what is news about them. */

export const HEALTHS = ['healthy', 'silent', 'jumped', 'degraded', 'unplaced'] as const;
export type BaseHealth = (typeof HEALTHS)[number];

export interface BaseStation {
  id: string;
  station: number | null;
  health: BaseHealth;
  satellites: number;
  rovers: number;
  last_epoch: string | null;
  /** `register`, or the RTCM message that states its place. */
  position_from: string;
  lat_deg: number | null;
  lon_deg: number | null;
  h_ell_m: number | null;
}

/** A rover got another base; null = none. */
export interface BaseSwitch {
  time: string;
  terminal: string;
  before: string | null;
  base: string | null;
  reason: string;
}

export interface RtkStatus {
  enabled: boolean;
  rovers: number;
  bases: BaseStation[];
  /** Newest first. */
  switches_recent: BaseSwitch[];
}

/** Which base serves a rover, and why: as a terminal's detail says it. */
export interface BaseInUse {
  id: string;
  station: number | null;
  reason: string;
  since: string | null;
  health: BaseHealth | null;
}

const NATURAL = new Intl.Collator('en', { numeric: true });

/** The bases by id; none where the service computes no positions. */
export function basesOf(rtk: RtkStatus | undefined): BaseStation[] {
  if (!rtk?.enabled) return [];
  return [...rtk.bases].sort((a, b) => NATURAL.compare(a.id, b.id));
}

/** Rovers that changed from one base to another for one reason within the same second. */
export interface SwitchGroup {
  t_ms: number;
  before: string | null;
  base: string | null;
  reason: string;
  terminals: string[];
}

/** Newest first, as they come: when a base falls silent, hundreds of rovers leave it at once. */
export function groupSwitches(switches: readonly BaseSwitch[]): SwitchGroup[] {
  const groups = new Map<string, SwitchGroup>();
  for (const { time, before, base, reason, terminal } of switches) {
    const t_ms = Math.floor(Date.parse(time) / 1000) * 1000;
    const key = `${t_ms} ${before} ${base} ${reason}`;
    const group = groups.get(key) ?? { t_ms, before, base, reason, terminals: [] };
    group.terminals.push(terminal);
    groups.set(key, group);
  }
  for (const group of groups.values()) group.terminals.sort(NATURAL.compare);
  return [...groups.values()];
}

/** A rover had to leave its base: what an operator looks for in the list. */
export function isFailOver(reason: string): boolean {
  return reason.startsWith('failed_over');
}

export interface HealthNews {
  id: string;
  health: BaseHealth;
}

/** Bases whose health is another than at the last look; one seen for the first time is news only where it is ill. */
export function healthNews(
  before: ReadonlyMap<string, BaseHealth>,
  bases: readonly BaseStation[],
): HealthNews[] {
  return bases
    .filter(({ id, health }) => health !== (before.get(id) ?? 'healthy'))
    .map(({ id, health }) => ({ id, health }));
}

/** Seconds since the base's last epoch at the moment of the answer, null = it never had one. */
export function epochAgeS(base: BaseStation, answered_at: string): number | null {
  if (base.last_epoch === null) return null;
  return Math.max(0, (Date.parse(answered_at) - Date.parse(base.last_epoch)) / 1000);
}
