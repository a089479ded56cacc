/**
 * The frame that the base map is drawn in. The service's own is CGCS2000, as its positions are; outside base maps of
 * China are often GCJ-02, half a kilometre off. Then everything that is drawn is moved onto them, and what is read off
 * the map is moved back: positions themselves stay what they are.
 */
import { signal } from '@preact/signals';
import { fromGcj02, type Place, toGcj02 } from './gcj02';

export const map_is_gcj02 = signal(false);

/** Inside an effect these follow the signal. */
export function toMap(place: Place): [number, number] {
  return map_is_gcj02.value ? toGcj02(place) : [place[0], place[1]];
}

export function fromMap(place: Place): [number, number] {
  return map_is_gcj02.value ? fromGcj02(place) : [place[0], place[1]];
}
