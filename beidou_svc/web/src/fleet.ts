/**
 * The fleet as columns by slot, updated in place from stream frames. No object exists per terminal, so ten
 * thousand terminals at 1 Hz cost a few typed-array writes a second.
 */
import { mercatorX, mercatorY } from './map/mercator';
import { LIVENESS, QUALITY_COUNT } from './quality';
import type { Names, StreamColumn, StreamFrame } from './stream';

/** Slots above this are refused: a broken frame must not make the page allocate without end. */
export const SLOTS_MAX = 1 << 20;
/** Bits of `flags` (docs/stream.md). */
export const FLAG_NOT_DATED = 1;
export const FLAG_QUARANTINED = 2;
export const FLAG_BASE = 4;
const CAPACITY_MIN = 1024;

/** Movement between two fixes is drawn over the time between them, within these bounds. */
const GLIDE_MS_MIN = 100;
const GLIDE_MS_MAX = 2000;
/** A jump longer than this (world units, about 1 km here) is shown as a jump, not as a flight over the town. */
const JUMP_WORLD = 2.5e-5;

export interface FleetCounts {
  total: number;
  /** By liveness code: offline, stale, online. */
  liveness: Uint32Array;
  /** By fix quality, terminals that are online or stale. */
  quality: Uint32Array;
}

export class Fleet {
  capacity = 0;
  /** One more than the highest slot in use. */
  size = 0;
  /** Counts changes; readers compare it to know whether to look again. */
  revision = 0;
  /** Counts changes of names, which are rare. */
  names_revision = 0;
  rows_total = 0;
  /** Rows that were drawn on a road since that was switched on. */
  on_road_rows = 0;
  refused_rows = 0;

  ids: string[] = [];
  names: string[] = [];
  /** Lower-case `id name`, for search. */
  search: string[] = [];

  present = new Uint8Array(0);
  placed = new Uint8Array(0);
  lat_deg = new Float64Array(0);
  lon_deg = new Float64Array(0);
  t_ms = new Float64Array(0);
  h_ell_m = new Float64Array(0);
  sigma_h_m = new Float32Array(0);
  speed_mps = new Float32Array(0);
  course_deg = new Float32Array(0);
  age_corr_s = new Float32Array(0);
  fix_quality = new Uint8Array(0);
  liveness = new Uint8Array(0);
  sats_used = new Uint8Array(0);
  flags = new Uint8Array(0);

  /** Mercator position drawn from (`x0`, `y0`) at `glide_start_ms` to (`x1`, `y1`) within `glide_ms`. */
  x0 = new Float64Array(0);
  y0 = new Float64Array(0);
  x1 = new Float64Array(0);
  y1 = new Float64Array(0);
  course0_deg = new Float32Array(0);
  glide_start_ms = new Float64Array(0);
  glide_ms = new Float32Array(0);

  /** Moves a place into the frame of the base map; null = it is drawn where it is. */
  toMap: ((place: [number, number]) => [number, number]) | null = null;
  /** Draw a terminal on the road that it is matched to, where the frames say which. */
  on_road = false;

  private readonly slot_by_id = new Map<string, number>();

  slotOf(id: string): number {
    return this.slot_by_id.get(id) ?? -1;
  }

  setNames(names: Names): void {
    for (let i = 0; i < names.slot.length; i++) {
      const slot = names.slot[i];
      if (slot >= SLOTS_MAX) continue;
      this.reserve(slot + 1);
      this.ids[slot] = names.id[i];
      this.names[slot] = names.name[i] || names.id[i];
      this.search[slot] = `${names.id[i]} ${names.name[i]}`.toLowerCase();
      this.slot_by_id.set(names.id[i], slot);
    }
    this.names_revision += 1;
    this.revision += 1;
  }

  clear(): void {
    this.present.fill(0);
    this.placed.fill(0);
    this.ids = [];
    this.names = [];
    this.search = [];
    this.slot_by_id.clear();
    this.size = 0;
    this.names_revision += 1;
    this.revision += 1;
  }

  /** `now_ms` is the monotonic clock of the drawing loop. */
  apply(frame: StreamFrame, now_ms: number): void {
    const slots = this.slotsOf(frame);
    if (frame.kind === 'full') this.present.fill(0);
    for (let i = 0; i < slots.length; i++) this.present[slots[i]] = 1;
    for (const slot of frame.gone) if (slot < this.capacity) this.present[slot] = 0;
    this.applyMotion(frame, slots, now_ms);
    copyScaled(frame.columns.get('h_ell_m'), slots, this.h_ell_m);
    copyScaled(frame.columns.get('sigma_h_m'), slots, this.sigma_h_m);
    copyScaled(frame.columns.get('speed_mps'), slots, this.speed_mps);
    copyScaled(frame.columns.get('age_corr_s'), slots, this.age_corr_s);
    copyCodes(frame.columns.get('fix_quality'), slots, this.fix_quality, QUALITY_COUNT - 1);
    copyCodes(frame.columns.get('liveness'), slots, this.liveness, LIVENESS.length - 1);
    copyCodes(frame.columns.get('sats_used'), slots, this.sats_used, 255);
    copyCodes(frame.columns.get('flags'), slots, this.flags, 255);
    this.rows_total += slots.length;
    this.revision += 1;
  }

  /** Where a terminal is drawn at `now_ms`, in world units; the shader computes the same. */
  drawnAt(slot: number, now_ms: number): [number, number] {
    const f = this.glideFraction(slot, now_ms);
    return [
      this.x0[slot] + (this.x1[slot] - this.x0[slot]) * f,
      this.y0[slot] + (this.y1[slot] - this.y0[slot]) * f,
    ];
  }

  count(): FleetCounts {
    const liveness = new Uint32Array(3);
    const quality = new Uint32Array(QUALITY_COUNT);
    let total = 0;
    for (let slot = 0; slot < this.size; slot++) {
      if (!this.present[slot]) continue;
      total += 1;
      liveness[this.liveness[slot]] += 1;
      if (this.liveness[slot] > 0) quality[this.fix_quality[slot]] += 1;
    }
    return { total, liveness, quality };
  }

  private slotsOf(frame: StreamFrame): Uint32Array {
    const column = frame.columns.get('slot');
    if (!column) return new Uint32Array(0);
    const slots = column.data as Uint32Array;
    let highest = -1;
    for (let i = 0; i < slots.length; i++) if (slots[i] > highest) highest = slots[i];
    if (highest >= SLOTS_MAX) {
      this.refused_rows += slots.length;
      return new Uint32Array(0);
    }
    this.reserve(highest + 1);
    return slots;
  }

  private applyMotion(frame: StreamFrame, slots: Uint32Array, now_ms: number): void {
    const lat = frame.columns.get('lat_deg');
    const lon = frame.columns.get('lon_deg');
    const time = frame.columns.get('t_ms');
    const course = frame.columns.get('course_deg');
    const road_lat = this.on_road ? frame.columns.get('matched_lat_deg') : undefined;
    const road_lon = this.on_road ? frame.columns.get('matched_lon_deg') : undefined;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      const before_ms = this.t_ms[slot];
      if (time) this.t_ms[slot] = frame.t0_ms + valueAt(time, i);
      const course_deg = course ? valueAt(course, i) : Number.NaN;
      this.course0_deg[slot] = this.course_deg[slot];
      this.course_deg[slot] = course_deg;
      const lat_deg = lat ? valueAt(lat, i) : Number.NaN;
      const lon_deg = lon ? valueAt(lon, i) : Number.NaN;
      this.lat_deg[slot] = lat_deg;
      this.lon_deg[slot] = lon_deg;
      // A terminal without a position stays where it was last seen; its quality says that it has no fix.
      if (Number.isNaN(lat_deg) || Number.isNaN(lon_deg)) continue;
      const on_lat = road_lat ? valueAt(road_lat, i) : Number.NaN;
      const on_lon = road_lon ? valueAt(road_lon, i) : Number.NaN;
      const matched = !Number.isNaN(on_lat) && !Number.isNaN(on_lon);
      if (matched) this.on_road_rows += 1;
      const step_ms = this.t_ms[slot] - before_ms;
      this.drawAt(slot, matched ? on_lon : lon_deg, matched ? on_lat : lat_deg, step_ms, now_ms);
    }
  }

  private drawAt(slot: number, lon_deg: number, lat_deg: number, step_ms: number, now_ms: number): void {
    const moved = this.toMap?.([lon_deg, lat_deg]);
    const x = mercatorX(moved ? moved[0] : lon_deg);
    this.glideTo(slot, x, mercatorY(moved ? moved[1] : lat_deg), step_ms, now_ms);
  }

  private glideTo(slot: number, x: number, y: number, step_ms: number, now_ms: number): void {
    const [x_drawn, y_drawn] = this.drawnAt(slot, now_ms);
    const jump =
      !this.placed[slot] || Math.abs(x - x_drawn) > JUMP_WORLD || Math.abs(y - y_drawn) > JUMP_WORLD;
    this.x0[slot] = jump ? x : x_drawn;
    this.y0[slot] = jump ? y : y_drawn;
    this.x1[slot] = x;
    this.y1[slot] = y;
    if (jump) this.course0_deg[slot] = this.course_deg[slot];
    this.glide_start_ms[slot] = now_ms;
    this.glide_ms[slot] = step_ms >= GLIDE_MS_MIN ? Math.min(step_ms, GLIDE_MS_MAX) : GLIDE_MS_MIN;
    this.placed[slot] = 1;
  }

  private glideFraction(slot: number, now_ms: number): number {
    const f = (now_ms - this.glide_start_ms[slot]) / this.glide_ms[slot];
    return f >= 1 ? 1 : f > 0 ? f : 0;
  }

  private reserve(size: number): void {
    if (size > this.size) this.size = size;
    if (size <= this.capacity) return;
    let capacity = Math.max(CAPACITY_MIN, this.capacity);
    while (capacity < size) capacity *= 2;
    for (const name of COLUMN_NAMES) {
      const old = this[name];
      const grown = new (old.constructor as new (n: number) => typeof old)(capacity);
      grown.set(old as never);
      (this as Record<string, unknown>)[name] = grown;
    }
    this.capacity = capacity;
  }
}

const COLUMN_NAMES = [
  'present',
  'placed',
  'lat_deg',
  'lon_deg',
  't_ms',
  'h_ell_m',
  'sigma_h_m',
  'speed_mps',
  'course_deg',
  'age_corr_s',
  'fix_quality',
  'liveness',
  'sats_used',
  'flags',
  'x0',
  'y0',
  'x1',
  'y1',
  'course0_deg',
  'glide_start_ms',
  'glide_ms',
] as const satisfies readonly (keyof Fleet)[];

function valueAt(column: StreamColumn, i: number): number {
  const raw = column.data[i];
  return raw === column.missing ? Number.NaN : raw * column.scale;
}

function copyScaled(
  column: StreamColumn | undefined,
  slots: Uint32Array,
  into: Float32Array | Float64Array,
): void {
  if (!column) return;
  for (let i = 0; i < slots.length; i++) into[slots[i]] = valueAt(column, i);
}

/** Codes are copied as they are; one outside its table counts as 0 ("no fix", "offline"). */
function copyCodes(
  column: StreamColumn | undefined,
  slots: Uint32Array,
  into: Uint8Array,
  code_max: number,
): void {
  if (!column) return;
  for (let i = 0; i < slots.length; i++) into[slots[i]] = column.data[i] <= code_max ? column.data[i] : 0;
}
