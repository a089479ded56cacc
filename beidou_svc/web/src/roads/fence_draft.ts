/** A fence while somebody edits it: everything as it is typed, and how that becomes a fence again. */
import { DAYS, type Fence, type FenceProperties, type FenceWindow, type Shape, shapeOf } from './fence';
import { type PlacesFault, parsePlaces, textOf } from './places_text';

export interface WeeklyDraft {
  days: ReadonlySet<string>;
  from: string;
  to: string;
}

export interface FenceDraft {
  /** Null = a new one; the etag is that of the version that is edited. */
  id: string | null;
  etag: string | null;
  shape: Shape;
  name: string;
  places: string;
  radius_m: string;
  half_width_m: string;
  kinds: ReadonlySet<string>;
  speed_limit_kmh: string;
  dwell_s: string;
  groups: string;
  zone: string;
  weekly: readonly WeeklyDraft[];
  /** What this form does not know is given back as it came. */
  kept: FenceProperties;
}

export type DraftFault = { field: string } & (
  | PlacesFault
  | { key: 'fault.positive' }
  | { key: 'fault.kinds' }
  | { key: 'fault.days' }
  | { key: 'fault.times' }
);

const RADIUS_M = '100';
const HALF_WIDTH_M = '15';

export function newDraft(shape: Shape, zone: string): FenceDraft {
  return {
    id: null,
    etag: null,
    shape,
    name: '',
    places: '',
    radius_m: RADIUS_M,
    half_width_m: HALF_WIDTH_M,
    kinds: new Set(shape === 'corridor' ? ['deviation'] : ['enter', 'exit']),
    speed_limit_kmh: '',
    dwell_s: '',
    groups: '',
    zone,
    weekly: [],
    kept: {},
  };
}

export function draftOf(fence: Fence, etag: string | null, zone: string): FenceDraft {
  const { name, kinds, speed_limit_kmh, dwell_s, groups, window, radius_m, half_width_m, ...kept } =
    fence.properties;
  const shape = shapeOf(fence.geometry);
  return {
    ...newDraft(shape, window?.zone ?? zone),
    id: String(fence.id),
    etag,
    name: name ?? '',
    places: textOf(fence.geometry),
    radius_m: written(radius_m) || RADIUS_M,
    half_width_m: written(half_width_m) || HALF_WIDTH_M,
    kinds: new Set(kinds ?? ['enter', 'exit']),
    speed_limit_kmh: written(speed_limit_kmh),
    dwell_s: written(dwell_s),
    groups: (groups ?? []).join(', '),
    weekly: (window?.weekly ?? []).map(({ days, from, to }) => ({ days: new Set(days), from, to })),
    kept: window?.exceptions ? { ...kept, exceptions: window.exceptions } : kept,
  };
}

function written(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

/** Of the service: it ignores them, and they would only confuse a comparison. */
const ADDED = ['version', 'time', 'shape', 'exceptions'];

export function fenceOf(draft: FenceDraft): { fence: Fence } | { faults: DraftFault[] } {
  const parsed = parsePlaces(draft.places, draft.shape);
  const faults: DraftFault[] = 'fault' in parsed ? [{ field: 'places', ...parsed.fault }] : [];
  faults.push(...numberFaults(draft), ...windowFaults(draft));
  if (draft.kinds.size === 0) faults.push({ field: 'kinds', key: 'fault.kinds' });
  if (faults.length > 0 || 'fault' in parsed) return { faults };
  const kept = Object.fromEntries(Object.entries(draft.kept).filter(([name]) => !ADDED.includes(name)));
  const fence: Fence = {
    type: 'Feature',
    geometry: parsed.geometry,
    properties: {
      ...kept,
      name: draft.name.trim(),
      kinds: [...draft.kinds],
      groups: draft.groups.split(/[,，]/).flatMap((group) => group.trim() || []),
      ...numbersOf(draft),
      ...(draft.weekly.length > 0 ? { window: windowOf(draft) } : {}),
    },
  };
  return { fence: draft.id === null ? fence : { ...fence, id: draft.id } };
}

/** The numbers that this shape and these kinds need. */
function neededNumbers({
  shape,
  kinds,
}: FenceDraft): ('radius_m' | 'half_width_m' | 'speed_limit_kmh' | 'dwell_s')[] {
  return [
    ...(shape === 'circle' ? ['radius_m' as const] : []),
    ...(shape === 'corridor' ? ['half_width_m' as const] : []),
    ...(kinds.has('speeding') ? ['speed_limit_kmh' as const] : []),
    ...(kinds.has('dwell') ? ['dwell_s' as const] : []),
  ];
}

function numberFaults(draft: FenceDraft): DraftFault[] {
  return neededNumbers(draft)
    .filter((field) => !(Number(draft[field]) > 0))
    .map((field) => ({ field, key: 'fault.positive' }));
}

function numbersOf(draft: FenceDraft): FenceProperties {
  return Object.fromEntries(neededNumbers(draft).map((field) => [field, Number(draft[field])]));
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;

function windowFaults(draft: FenceDraft): DraftFault[] {
  return draft.weekly.flatMap(({ days, from, to }, i): DraftFault[] => {
    if (days.size === 0) return [{ field: `weekly-${i}`, key: 'fault.days' }];
    return TIME.test(from) && TIME.test(to) && from !== to
      ? []
      : [{ field: `weekly-${i}`, key: 'fault.times' }];
  });
}

function windowOf(draft: FenceDraft): FenceWindow {
  const weekly = draft.weekly.map(({ days, from, to }) => ({
    days: DAYS.filter((day) => days.has(day)),
    from,
    to,
  }));
  const { exceptions } = draft.kept;
  return { zone: draft.zone, weekly, ...(Array.isArray(exceptions) ? { exceptions } : {}) };
}

/** Which parts of two versions differ: what an operator must know before one replaces the other. */
export function differences(a: Fence, b: Fence): string[] {
  const parts: [string, (fence: Fence) => unknown][] = [
    ['shape', (f) => [f.geometry, f.properties.radius_m ?? null, f.properties.half_width_m ?? null]],
    ['name', (f) => f.properties.name ?? ''],
    ['kinds', (f) => [...(f.properties.kinds ?? [])].sort()],
    ['speed_limit_kmh', (f) => f.properties.speed_limit_kmh ?? null],
    ['dwell_s', (f) => f.properties.dwell_s ?? null],
    ['groups', (f) => [...(f.properties.groups ?? [])].sort()],
    ['window', (f) => f.properties.window ?? null],
  ];
  return parts.filter(([, of]) => JSON.stringify(of(a)) !== JSON.stringify(of(b))).map(([name]) => name);
}
