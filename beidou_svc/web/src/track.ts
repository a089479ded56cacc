/** The last minutes of the selected terminal: what the service remembers, continued from the live stream. */
import type { RecentColumns } from './api';
import type { Fleet } from './fleet';

/** Five minutes at one row a second, with some room for faster terminals. */
export const TRACK_SECONDS = 300;
const POINTS_MAX = 600;
const STEP_MS_MIN = 900;

export interface TrackPoint {
  t_ms: number;
  lat_deg: number;
  lon_deg: number;
  fix_quality: number;
  speed_mps: number;
  h_ell_m: number;
  sigma_h_m: number;
  sats_used: number;
}

const or_nan = (value: number | null | undefined): number => value ?? Number.NaN;

export function trackFromRecent(recent: RecentColumns): TrackPoint[] {
  return recent.t_ms.map((t_ms, i) => ({
    t_ms,
    lat_deg: or_nan(recent.lat_deg[i]),
    lon_deg: or_nan(recent.lon_deg[i]),
    fix_quality: recent.fix_quality[i] ?? 0,
    speed_mps: or_nan(recent.speed_mps[i]),
    h_ell_m: or_nan(recent.h_ell_m[i]),
    sigma_h_m: or_nan(recent.sigma_h_m[i]),
    sats_used: or_nan(recent.sats_used[i]),
  }));
}

/** The track with the fleet's newest row of the slot, where that is a second newer; else the same track. */
export function extendTrack(track: readonly TrackPoint[], fleet: Fleet, slot: number): readonly TrackPoint[] {
  const t_ms = fleet.t_ms[slot];
  const last_ms = track.at(-1)?.t_ms ?? 0;
  if (!(t_ms >= last_ms + STEP_MS_MIN)) return track;
  const point: TrackPoint = {
    t_ms,
    lat_deg: fleet.lat_deg[slot],
    lon_deg: fleet.lon_deg[slot],
    fix_quality: fleet.fix_quality[slot],
    speed_mps: fleet.speed_mps[slot],
    h_ell_m: fleet.h_ell_m[slot],
    sigma_h_m: fleet.sigma_h_m[slot],
    sats_used: fleet.sats_used[slot],
  };
  const oldest_ms = t_ms - TRACK_SECONDS * 1000;
  const kept = track.filter((p) => p.t_ms >= oldest_ms).slice(-(POINTS_MAX - 1));
  return [...kept, point];
}
