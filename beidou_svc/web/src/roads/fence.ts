/** Fences as the service keeps them (docs/roads.md): one GeoJSON feature each. */

/** Longitude, latitude. */
export type Position = [number, number];

export type FenceGeometry =
  | { type: 'Polygon'; coordinates: Position[][] }
  | { type: 'MultiPolygon'; coordinates: Position[][][] }
  | { type: 'Point'; coordinates: Position }
  | { type: 'LineString'; coordinates: Position[] }
  | { type: 'MultiLineString'; coordinates: Position[][] };

export const SHAPES = ['area', 'circle', 'corridor'] as const;
export type Shape = (typeof SHAPES)[number];

/** What a fence can be asked to report. */
export const KINDS = [
  'enter',
  'exit',
  'dwell',
  'cross',
  'speeding',
  'deviation',
  'wrong_way',
  'arrived',
] as const;
export type Kind = (typeof KINDS)[number];

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export interface WeeklyWindow {
  days: string[];
  from: string;
  to: string;
}

export interface FenceWindow {
  zone: string;
  weekly?: WeeklyWindow[];
  exceptions?: unknown[];
}

export interface FenceProperties {
  name?: string;
  kinds?: string[];
  speed_limit_kmh?: number | null;
  dwell_s?: number | null;
  groups?: string[];
  window?: FenceWindow | null;
  radius_m?: number | null;
  half_width_m?: number | null;
  version?: number;
  time?: string;
  shape?: string;
  [other: string]: unknown;
}

export interface Fence {
  type: 'Feature';
  id?: string | number;
  geometry: FenceGeometry;
  properties: FenceProperties;
}

export interface FenceCollection {
  type: 'FeatureCollection';
  features: Fence[];
  version?: number;
}

export function shapeOf(geometry: FenceGeometry): Shape {
  if (geometry.type === 'Point') return 'circle';
  return geometry.type === 'Polygon' || geometry.type === 'MultiPolygon' ? 'area' : 'corridor';
}

/** What people call it: its name, or its id where it has none. */
export function nameOf(fence: Fence): string {
  return fence.properties.name?.trim() || String(fence.id ?? '');
}

/** Every position of a geometry, part by part. */
export function positionsOf(geometry: FenceGeometry): Position[] {
  switch (geometry.type) {
    case 'Point':
      return [geometry.coordinates];
    case 'LineString':
      return geometry.coordinates;
    case 'Polygon':
    case 'MultiLineString':
      return geometry.coordinates.flat();
    case 'MultiPolygon':
      return geometry.coordinates.flat(2);
  }
}

const METRES_IN_DEGREE = 111_320;

/** West, south, east, north around a fence, with the room that a radius or a width needs. */
export function boundsOfFence(fence: Fence): [number, number, number, number] {
  const places = positionsOf(fence.geometry);
  const lons = places.map(([lon]) => lon);
  const lats = places.map(([, lat]) => lat);
  const more_m = fence.properties.radius_m ?? fence.properties.half_width_m ?? 0;
  const lat_more = more_m / METRES_IN_DEGREE;
  const lon_more = lat_more / Math.cos((lats[0] * Math.PI) / 180);
  return [
    Math.min(...lons) - lon_more,
    Math.min(...lats) - lat_more,
    Math.max(...lons) + lon_more,
    Math.max(...lats) + lat_more,
  ];
}
