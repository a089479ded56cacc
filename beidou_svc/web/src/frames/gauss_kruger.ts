/**
 * Gauss-Krüger grids of CGCS2000 for reading coordinates off the map: Krüger's series to the fourth order, better than
 * a micrometre within a zone. What must be exact is computed by the service (mapping/datums/krueger.py).
 */
import type { Place } from './gcj02';

/** CGCS2000. */
const A_M = 6_378_137.0;
const F = 1 / 298.257222101;
const N = F / (2 - F);
const E = Math.sqrt(F * (2 - F));
const RADIUS_M = (A_M / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
/** Karney 2011, equation 35, up to n to the fourth. */
const ALPHA = [
  N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3 + (41 / 180) * N ** 4,
  (13 / 48) * N ** 2 - (3 / 5) * N ** 3 + (557 / 1440) * N ** 4,
  (61 / 240) * N ** 3 - (103 / 140) * N ** 4,
  (49_561 / 161_280) * N ** 4,
];
const FALSE_EASTING_M = 500_000;

interface Series {
  first_epsg: number;
  width_deg: number;
  first_zone: number;
  last_zone: number;
  /** Zone number in front of the easting. */
  prefixed: boolean;
}

/** EPSG registry. */
const SERIES: readonly Series[] = [
  { first_epsg: 4491, width_deg: 6, first_zone: 13, last_zone: 23, prefixed: true },
  { first_epsg: 4502, width_deg: 6, first_zone: 13, last_zone: 23, prefixed: false },
  { first_epsg: 4513, width_deg: 3, first_zone: 25, last_zone: 45, prefixed: true },
  { first_epsg: 4534, width_deg: 3, first_zone: 25, last_zone: 45, prefixed: false },
];

export interface Zone {
  epsg: number;
  meridian_deg: number;
  false_easting_m: number;
}

/** Null = no Gauss-Krüger zone of CGCS2000. */
export function zoneOf(epsg: number): Zone | null {
  for (const { first_epsg, width_deg, first_zone, last_zone, prefixed } of SERIES) {
    const zone = first_zone + epsg - first_epsg;
    if (zone < first_zone || zone > last_zone) continue;
    const meridian_deg = width_deg === 3 ? zone * 3 : zone * 6 - 3;
    return { epsg, meridian_deg, false_easting_m: FALSE_EASTING_M + (prefixed ? zone * 1e6 : 0) };
  }
  return null;
}

/** Easting and northing, metres. */
export function project([lon_deg, lat_deg]: Place, zone: Zone): [number, number] {
  const lat = (lat_deg * Math.PI) / 180;
  const dlon = ((lon_deg - zone.meridian_deg) * Math.PI) / 180;
  const tau = Math.tan(lat);
  const sigma = Math.sinh(E * Math.atanh((E * tau) / Math.hypot(1, tau)));
  const conformal = tau * Math.hypot(1, sigma) - sigma * Math.hypot(1, tau);
  const xi = Math.atan2(conformal, Math.cos(dlon));
  const eta = Math.asinh(Math.sin(dlon) / Math.hypot(conformal, Math.cos(dlon)));
  let north = xi;
  let east = eta;
  ALPHA.forEach((a, i) => {
    const k = 2 * (i + 1);
    north += a * Math.sin(k * xi) * Math.cosh(k * eta);
    east += a * Math.cos(k * xi) * Math.sinh(k * eta);
  });
  return [zone.false_easting_m + RADIUS_M * east, RADIUS_M * north];
}
