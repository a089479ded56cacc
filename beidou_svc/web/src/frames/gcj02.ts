/**
 * GCJ-02, the shifted coordinates of public maps in China, by the formula that everybody uses (mapping/datums/gcj02.py
 * says where it is from and how good it is: some metres). For the picture and for reading, never for computing.
 */

/** Longitude, latitude in degrees. */
export type Place = readonly [number, number];

const A_M = 6_378_245.0;
const E2 = 0.006693421622965943;
const LAT_MIN_DEG = 0.8293;
const LAT_MAX_DEG = 55.8271;
const LON_MIN_DEG = 72.004;
const LON_MAX_DEG = 137.8347;
/** Each step of the inverse gains a factor of 270. */
const INVERSE_STEPS = 6;

const { PI, abs, cos, sin, sqrt } = Math;

function waves(phase_deg: number): number {
  return 20 * sin(6 * phase_deg * PI) + 20 * sin(2 * phase_deg * PI);
}

/** What is added to longitude and latitude, degrees. */
function shiftAt([lon_deg, lat_deg]: Place): [number, number] {
  const x = lon_deg - 105;
  const y = lat_deg - 35;
  const root = sqrt(abs(x));
  let north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root;
  north_m += (2 / 3) * (waves(x) + 20 * sin(y * PI) + 40 * sin((y / 3) * PI));
  north_m += (2 / 3) * (160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30));
  let east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root;
  east_m += (2 / 3) * (waves(x) + 20 * sin(x * PI) + 40 * sin((x / 3) * PI));
  east_m += (2 / 3) * (150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI));
  const lat_rad = (lat_deg * PI) / 180;
  const w2 = 1 - E2 * sin(lat_rad) ** 2;
  const prime_vertical_m = A_M / sqrt(w2);
  const meridian_m = (prime_vertical_m * (1 - E2)) / w2;
  return [(east_m * 180) / (prime_vertical_m * cos(lat_rad) * PI), (north_m * 180) / (meridian_m * PI)];
}

function isShifted([lon, lat]: Place): boolean {
  return lat >= LAT_MIN_DEG && lat <= LAT_MAX_DEG && lon >= LON_MIN_DEG && lon <= LON_MAX_DEG;
}

/** Outside China's box nothing is changed. */
export function toGcj02(place: Place): [number, number] {
  if (!isShifted(place)) return [place[0], place[1]];
  const [east, north] = shiftAt(place);
  return [place[0] + east, place[1] + north];
}

export function fromGcj02(place: Place): [number, number] {
  if (!isShifted(place)) return [place[0], place[1]];
  let at: [number, number] = [place[0], place[1]];
  for (let step = 0; step < INVERSE_STEPS; step++) {
    const [east, north] = shiftAt(at);
    at = [place[0] - east, place[1] - north];
  }
  return at;
}
