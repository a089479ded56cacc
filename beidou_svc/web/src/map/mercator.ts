/** Web Mercator in world units: x and y in 0..1, y down, as MapLibre's custom layers use it. */
const LATITUDE_DEG_MAX = 85.051129;
const EARTH_CIRCUMFERENCE_M = 40_075_016.686;

export function mercatorX(lon_deg: number): number {
  return (lon_deg + 180) / 360;
}

export function mercatorY(lat_deg: number): number {
  const clamped = Math.max(-LATITUDE_DEG_MAX, Math.min(LATITUDE_DEG_MAX, lat_deg));
  const phi = (clamped * Math.PI) / 180;
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / (2 * Math.PI);
}

export function longitudeDeg(x: number): number {
  return x * 360 - 180;
}

export function latitudeDeg(y: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
}

/** World units in one metre at a latitude; for the picture only, never for lengths that people read. */
export function worldPerMetre(lat_deg: number): number {
  return 1 / (EARTH_CIRCUMFERENCE_M * Math.cos((lat_deg * Math.PI) / 180));
}
