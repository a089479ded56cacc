/**
 * Shapes as text, for people who know their coordinates or do not use a pointer: one place a line, latitude before
 * longitude, an empty line between rings or lines, a line of dashes between separate areas.
 */
import type { FenceGeometry, Position, Shape } from './fence';

/** Nine decimals are a tenth of a millimetre. */
const DECIMALS = 9;
const POINTS_MIN: Record<Shape, number> = { area: 3, circle: 1, corridor: 2 };

export type PlacesFault =
  | { key: 'fault.line'; line: number }
  | { key: 'fault.range'; line: number }
  | { key: 'fault.points'; needed: number }
  | { key: 'fault.one_place' };

export type Parsed = { geometry: FenceGeometry } | { fault: PlacesFault };

export function textOf(geometry: FenceGeometry): string {
  switch (geometry.type) {
    case 'Point':
      return line(geometry.coordinates);
    case 'LineString':
      return lines(geometry.coordinates);
    case 'MultiLineString':
      return geometry.coordinates.map(lines).join('\n\n');
    case 'Polygon':
      return rings(geometry.coordinates);
    case 'MultiPolygon':
      return geometry.coordinates.map(rings).join('\n---\n');
  }
}

function line([lon, lat]: Position): string {
  return `${trimmed(lat)}, ${trimmed(lon)}`;
}

function trimmed(degrees: number): string {
  return String(Number(degrees.toFixed(DECIMALS)));
}

function lines(places: readonly Position[]): string {
  return places.map(line).join('\n');
}

/** The place that closes a ring is left out. */
function rings(coordinates: readonly Position[][]): string {
  return coordinates.map((ring) => lines(ring.slice(0, -1))).join('\n\n');
}

export function parsePlaces(text: string, shape: Shape): Parsed {
  const areas: Position[][][] = [[[]]];
  const all = text.split('\n');
  for (let i = 0; i < all.length; i++) {
    const written = all[i].trim();
    const area = areas[areas.length - 1];
    if (/^-{3,}$/.test(written)) areas.push([[]]);
    else if (written === '') area.push([]);
    else {
      const place = placeOf(written);
      if (!place) return { fault: { key: 'fault.line', line: i + 1 } };
      if (Math.abs(place[1]) > 90 || Math.abs(place[0]) > 180)
        return { fault: { key: 'fault.range', line: i + 1 } };
      area[area.length - 1].push(place);
    }
  }
  const full = areas.map((area) => area.filter((ring) => ring.length > 0)).filter((area) => area.length > 0);
  return built(full, shape);
}

/** Numbers with whatever is between them: comma, space, degree signs. */
function placeOf(written: string): Position | null {
  const numbers = written.replaceAll('−', '-').match(/[-+]?\d+(\.\d+)?/g);
  if (numbers?.length !== 2) return null;
  return [Number(numbers[1]), Number(numbers[0])];
}

function built(areas: Position[][][], shape: Shape): Parsed {
  const needed = POINTS_MIN[shape];
  const runs = areas.flat();
  if (runs.length === 0 || runs.some((run) => run.length < needed))
    return { fault: { key: 'fault.points', needed } };
  if (shape === 'circle') {
    if (runs.length > 1 || runs[0].length > 1) return { fault: { key: 'fault.one_place' } };
    return { geometry: { type: 'Point', coordinates: runs[0][0] } };
  }
  if (shape === 'corridor') {
    if (runs.length === 1) return { geometry: { type: 'LineString', coordinates: runs[0] } };
    return { geometry: { type: 'MultiLineString', coordinates: runs } };
  }
  const closed = areas.map((area) => area.map((ring) => [...ring, ring[0]]));
  return closed.length === 1
    ? { geometry: { type: 'Polygon', coordinates: closed[0] } }
    : { geometry: { type: 'MultiPolygon', coordinates: closed } };
}
