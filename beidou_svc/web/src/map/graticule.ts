/** Lines of latitude and longitude for a map without a base map, so that place and scale can still be read. */

/** Steps a person can add up, in degrees. */
const STEPS_DEG = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
const LINES_MAX = 12;

export type Bounds = readonly [west: number, south: number, east: number, north: number];

interface LineFeature {
  type: 'Feature';
  geometry: { type: 'LineString'; coordinates: [number, number][] };
  properties: { label: string };
}

export function graticuleStepDeg(bounds: Bounds): number {
  const span_deg = Math.max(bounds[2] - bounds[0], bounds[3] - bounds[1]);
  const fine_enough = STEPS_DEG.filter((step) => span_deg / step <= LINES_MAX);
  return fine_enough.at(-1) ?? STEPS_DEG[0];
}

export function graticule(bounds: Bounds): { type: 'FeatureCollection'; features: LineFeature[] } {
  const step_deg = graticuleStepDeg(bounds);
  const [west, south, east, north] = bounds;
  const features: LineFeature[] = [];
  for (const lon of multiples(west, east, step_deg)) {
    features.push(line([lon, south], [lon, north], label(lon, step_deg, 'E', 'W')));
  }
  for (const lat of multiples(south, north, step_deg)) {
    features.push(line([west, lat], [east, lat], label(lat, step_deg, 'N', 'S')));
  }
  return { type: 'FeatureCollection', features };
}

function multiples(low: number, high: number, step: number): number[] {
  const out: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high && out.length <= 2 * LINES_MAX; i++)
    out.push(i * step);
  return out;
}

function line(from: [number, number], to: [number, number], text: string): LineFeature {
  return {
    type: 'Feature',
    geometry: { type: 'LineString', coordinates: [from, to] },
    properties: { label: text },
  };
}

function label(value_deg: number, step_deg: number, positive: string, negative: string): string {
  const digits = Math.max(0, Math.ceil(-Math.log10(step_deg)));
  return `${Math.abs(value_deg).toFixed(digits)}° ${value_deg < 0 ? negative : positive}`;
}
