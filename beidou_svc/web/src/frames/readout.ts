/** Coordinates as text, each with the name of its frame. */
import { fixed } from '../format';
import { project, zoneOf } from './gauss_kruger';
import { type Place, toGcj02 } from './gcj02';

export const READOUTS = ['geodetic', 'grid', 'gcj02'] as const;
export type Readout = (typeof READOUTS)[number];

/** What a frame is called; proper names, the same in every language. */
export function frameName(readout: Readout, epsg: number): string {
  if (readout === 'geodetic') return 'CGCS2000@2000.0';
  return readout === 'grid' ? `EPSG:${epsg}` : 'GCJ-02';
}

/** `place` is CGCS2000, longitude and latitude; the text has latitude, or northing, as its frame's axes say. */
export function placeText(place: Place, readout: Readout, epsg: number): string {
  if (readout === 'grid') {
    const zone = zoneOf(epsg);
    if (!zone) return '';
    const [east_m, north_m] = project(place, zone);
    return `N ${fixed(north_m, 1)}  E ${fixed(east_m, 1)} m`;
  }
  const [lon, lat] = readout === 'gcj02' ? toGcj02(place) : place;
  return `${degrees(lat, 'N', 'S')}  ${degrees(lon, 'E', 'W')}`;
}

function degrees(value: number, positive: string, negative: string): string {
  return `${Math.abs(value).toFixed(6)}° ${value < 0 ? negative : positive}`;
}
