/** The box around what is shown: where the page opens, and what "whole fleet" means. */
import type { Fleet } from '../fleet';
import { latitudeDeg, longitudeDeg } from './mercator';

/** West, south, east, north in degrees. */
export type Bounds = [number, number, number, number];

/** A fleet that fills less than this of the bounds leaves the view as it is: more of it may be on the way. */
const FRAMED_SHARE_MIN = 0.25;

/** Null where nothing that is shown has a place. */
export function boundsOf(fleet: Fleet, shown: Uint8Array): Bounds | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let slot = 0; slot < fleet.size; slot++) {
    if (!shown[slot] || !fleet.placed[slot]) continue;
    left = Math.min(left, fleet.x1[slot]);
    top = Math.min(top, fleet.y1[slot]);
    right = Math.max(right, fleet.x1[slot]);
    bottom = Math.max(bottom, fleet.y1[slot]);
  }
  if (left > right) return null;
  return [longitudeDeg(left), latitudeDeg(bottom), longitudeDeg(right), latitudeDeg(top)];
}

/** Whether the fleet is a better opening view than the bounds that the service gave, if it gave any. */
export function isWorthFraming(box: Bounds, bounds: Bounds | null): boolean {
  if (!bounds) return false;
  const inside = box[0] >= bounds[0] && box[1] >= bounds[1] && box[2] <= bounds[2] && box[3] <= bounds[3];
  return inside && box[2] - box[0] > (bounds[2] - bounds[0]) * FRAMED_SHARE_MIN;
}
