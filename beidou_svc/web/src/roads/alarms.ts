/** Terminals that send GCJ-02 as if it were true positions (docs/roads.md, "Alarms"), and how far off that puts them. */
import { computed, signal } from '@preact/signals';
import { fromGcj02, type Place } from '../frames/gcj02';

export interface Alarm {
  kind: string;
  terminal: string;
  /** When it was noticed. */
  time: string;
  end: string | null;
  standing: boolean;
  evidence: number;
  message: string;
}

/** Those that stand, newest first. */
export const alarms = signal<readonly Alarm[]>([]);
export const alarmed = computed<ReadonlySet<string>>(
  () => new Set(alarms.value.map(({ terminal }) => terminal)),
);

/** The same terminal can be alarmed again after a while. */
export function keyOf({ terminal, time }: Alarm): string {
  return `${terminal} ${time}`;
}

const M_PER_DEG = 111_320;
/** The formula is good to some metres, and a number that moves with every metre driven cannot be read. */
const STEP_M = 10;

/** How far a place that is GCJ-02 lies from the true one, metres in tens; NaN where there is no place. */
export function shiftM([lon_deg, lat_deg]: Place): number {
  const [lon_true_deg, lat_true_deg] = fromGcj02([lon_deg, lat_deg]);
  const north_m = (lat_deg - lat_true_deg) * M_PER_DEG;
  const east_m = (lon_deg - lon_true_deg) * M_PER_DEG * Math.cos((lat_deg * Math.PI) / 180);
  return STEP_M * Math.round(Math.hypot(north_m, east_m) / STEP_M);
}
