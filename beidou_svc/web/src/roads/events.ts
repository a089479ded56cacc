/** Events of fences and routes (docs/roads.md): what happened, how sure that is, and whether it still stands. */

export interface RoadEvent {
  seq: number;
  /** The same in the row that asserts and in the one that takes it back. */
  event: string;
  op: 'assert' | 'retract';
  kind: string;
  terminal: string;
  fence: string | null;
  route?: string | null;
  fence_version?: number | null;
  time: string;
  cause_time: string | null;
  p: number | null;
  lat_deg: number | null;
  lon_deg: number | null;
  sigma_m: number | null;
  value: number | null;
  unit: string | null;
  status: string | null;
  standing?: boolean;
}

export const EVENT_KINDS = [
  'enter',
  'exit',
  'dwell',
  'cross',
  'speeding',
  'speeding_end',
  'deviation',
  'return',
  'wrong_way',
  'wrong_way_end',
  'arrived',
  'departed',
] as const;

/** One line of the list. */
export interface Told extends RoadEvent {
  t_ms: number;
  is_retracted: boolean;
}

const KEPT_MAX = 2000;

/** The last events, one entry an event: what takes one back marks it, and does not come as a line of its own. */
export class EventBook {
  private readonly by_event = new Map<string, Told>();
  /** The greatest number seen. */
  seq = 0;

  add(rows: readonly RoadEvent[]): Told[] {
    const fresh: Told[] = [];
    for (const row of rows) {
      this.seq = Math.max(this.seq, row.seq);
      const known = this.by_event.get(row.event);
      // of two rows of one event the later one says what is true, in whatever order they come
      if (known && known.seq >= row.seq) continue;
      const is_retracted = row.op === 'retract' || row.standing === false;
      const told =
        known && is_retracted
          ? { ...known, seq: row.seq, is_retracted }
          : { ...row, t_ms: Date.parse(row.time), is_retracted };
      this.by_event.set(row.event, told);
      if (!known && !is_retracted) fresh.push(told);
    }
    return fresh;
  }

  /** Latest first, by the time at which it happened. */
  list(): Told[] {
    const all = [...this.by_event.values()].sort((a, b) => b.t_ms - a.t_ms || b.seq - a.seq);
    for (const old of all.splice(KEPT_MAX)) this.by_event.delete(old.event);
    return all;
  }

  clear(): void {
    this.by_event.clear();
    this.seq = 0;
  }
}
