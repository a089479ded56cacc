/** Which terminals are shown, and in which order the list has them. Pure functions over the fleet's columns. */
import type { Fleet } from './fleet';

export interface Filter {
  /** Lower-case text that id or name must contain; empty = all. */
  text: string;
  /** Fix qualities switched off in the legend. */
  hidden_qualities: ReadonlySet<number>;
  /** Liveness codes switched off. */
  hidden_liveness: ReadonlySet<number>;
  /** Nobody but those with an alarm. */
  only_alarmed: boolean;
}

export type SortKey = 'name' | 'quality' | 'speed' | 'sigma' | 'age';

export const NO_FILTER: Filter = {
  text: '',
  hidden_qualities: new Set(),
  hidden_liveness: new Set(),
  only_alarmed: false,
};

export function isFiltering(filter: Filter): boolean {
  const hidden = filter.hidden_qualities.size + filter.hidden_liveness.size;
  return filter.text !== '' || filter.only_alarmed || hidden > 0;
}

/** Writes 1 into `shown` for every slot that passes; returns how many do. `alarmed` are the ids of those with an alarm. */
export function markShown(
  fleet: Fleet,
  filter: Filter,
  shown: Uint8Array,
  alarmed: ReadonlySet<string>,
): number {
  let n = 0;
  for (let slot = 0; slot < fleet.size; slot++) {
    const pass =
      fleet.present[slot] === 1 &&
      !filter.hidden_qualities.has(fleet.fix_quality[slot]) &&
      !filter.hidden_liveness.has(fleet.liveness[slot]) &&
      (!filter.only_alarmed || alarmed.has(fleet.ids[slot] ?? '')) &&
      (filter.text === '' || (fleet.search[slot]?.includes(filter.text) ?? false));
    shown[slot] = pass ? 1 : 0;
    if (pass) n += 1;
  }
  return n;
}

/** Slots in natural order of their names ("bus 9" before "bus 10"). */
export function orderByName(fleet: Fleet): Int32Array {
  const slots = Array.from({ length: fleet.size }, (_, slot) => slot);
  const collator = new Intl.Collator(undefined, { numeric: true });
  slots.sort((a, b) => collator.compare(fleet.names[a] ?? '', fleet.names[b] ?? ''));
  return Int32Array.from(slots);
}

/** Place of each fix quality when sorting, worst first: the top of the list is where work waits. */
const QUALITY_RANK = [0, 3, 4, 5, 8, 7, 1, 2, 6];

/** Sort values are whole numbers below 2^33: with the 20 bits of the name order they fit a float64 exactly. */
const VALUE_MAX = 2 ** 33 - 1;
const ORDER_RANGE = 2 ** 20;

/** Smaller comes first; what is not known comes last. */
const SORT_VALUE: Record<
  Exclude<SortKey, 'name'>,
  (fleet: Fleet, slot: number, oldest_ms: number) => number
> = {
  quality: (f, slot) => QUALITY_RANK[f.fix_quality[slot]],
  speed: (f, slot) => 1e6 - 100 * f.speed_mps[slot],
  sigma: (f, slot) => 1e6 - 1000 * f.sigma_h_m[slot],
  age: (f, slot, oldest_ms) => f.t_ms[slot] - oldest_ms,
};

/**
 * The slots that are shown, in list order; ties go by name. Value and name order are packed into one number, so
 * that the sort needs no comparison function and stays near a millisecond for ten thousand rows.
 */
export function sortShown(fleet: Fleet, shown: Uint8Array, name_order: Int32Array, key: SortKey): Int32Array {
  if (key === 'name') return name_order.filter((slot) => shown[slot] === 1);
  const value_of = SORT_VALUE[key];
  const oldest_ms = oldestFixMs(fleet, shown);
  const packed = new Float64Array(name_order.length);
  let n = 0;
  for (let i = 0; i < name_order.length; i++) {
    const slot = name_order[i];
    if (shown[slot] !== 1) continue;
    const value = Math.round(value_of(fleet, slot, oldest_ms));
    packed[n++] = (value >= 0 && value < VALUE_MAX ? value : VALUE_MAX) * ORDER_RANGE + i;
  }
  const sorted = packed.subarray(0, n).sort();
  return Int32Array.from(sorted, (p) => name_order[p % ORDER_RANGE]);
}

function oldestFixMs(fleet: Fleet, shown: Uint8Array): number {
  let oldest_ms = Number.POSITIVE_INFINITY;
  for (let slot = 0; slot < fleet.size; slot++) {
    if (shown[slot] && fleet.t_ms[slot] > 0 && fleet.t_ms[slot] < oldest_ms) oldest_ms = fleet.t_ms[slot];
  }
  return oldest_ms;
}
