/** The part of the view that has markers in it: outside of it nothing moves, and nothing need be drawn. */
import type { Fleet } from '../fleet';
import type { Camera } from './camera';

/** Device pixels, from the top left corner of the view. */
export interface Cut {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Edges lie on multiples of this, so that they seldom move. */
const STEP_PX = 32;

/** Around the ways of the first `n` slots in `order`, with a margin; null where none of it is in the view. */
export function cutAround(
  fleet: Fleet,
  order: Uint32Array,
  n: number,
  camera: Camera,
  view: { width: number; height: number },
  margin_px: number,
): Cut | null {
  const box = worldBox(fleet, order, n);
  const corners = [
    [box[0], box[1]],
    [box[0], box[3]],
    [box[2], box[1]],
    [box[2], box[3]],
  ].map(([x, y]) => camera.project(x, y, view.width, view.height));
  let [left, top, right, bottom] = [0, 0, view.width, view.height];
  // a corner behind the camera says nothing about where its edge is: then the whole view
  if (corners.every((corner) => corner !== null)) {
    const x = corners.map((corner) => corner[0]);
    const y = corners.map((corner) => corner[1]);
    left = Math.max(left, stepBelow(Math.min(...x) - margin_px));
    top = Math.max(top, stepBelow(Math.min(...y) - margin_px));
    right = Math.min(right, stepBelow(Math.max(...x) + margin_px) + STEP_PX);
    bottom = Math.min(bottom, stepBelow(Math.max(...y) + margin_px) + STEP_PX);
  }
  if (n === 0 || right <= left || bottom <= top) return null;
  // As much is left free above as below: without a graphics card, Chromium leaves out what an opaque image hides of
  // the base map under it, and has top and bottom of that the wrong way round.
  const free = Math.min(top, view.height - bottom);
  return { left, top: free, width: right - left, height: view.height - 2 * free };
}

export function sameCut(a: Cut, b: Cut): boolean {
  return a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height;
}

function stepBelow(px: number): number {
  return Math.floor(px / STEP_PX) * STEP_PX;
}

function worldBox(fleet: Fleet, order: Uint32Array, n: number): [number, number, number, number] {
  const { x0, y0, x1, y1 } = fleet;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < n; i++) {
    const slot = order[i];
    left = Math.min(left, x0[slot], x1[slot]);
    top = Math.min(top, y0[slot], y1[slot]);
    right = Math.max(right, x0[slot], x1[slot]);
    bottom = Math.max(bottom, y0[slot], y1[slot]);
  }
  return [left, top, right, bottom];
}
