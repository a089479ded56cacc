/** How large a marker is, by zoom: small enough to read density from afar, large enough to hit with a thumb nearby. */
const RADIUS_STOPS: readonly (readonly [zoom: number, radius_px: number])[] = [
  [11, 2],
  [13, 2.4],
  [14, 3.4],
  [15, 5.2],
  [16, 7.2],
  [18, 10.5],
  [20, 13],
];

export function radiusPx(zoom: number): number {
  if (zoom <= RADIUS_STOPS[0][0]) return RADIUS_STOPS[0][1];
  for (let i = 1; i < RADIUS_STOPS.length; i++) {
    const [z0, r0] = RADIUS_STOPS[i - 1];
    const [z1, r1] = RADIUS_STOPS[i];
    if (zoom <= z1) return r0 + ((r1 - r0) * (zoom - z0)) / (z1 - z0);
  }
  return RADIUS_STOPS[RADIUS_STOPS.length - 1][1];
}

/** Width of the rim around a marker; the shader computes the same. */
export function rimPx(radius_px: number): number {
  return Math.min(1.25, Math.max(0.5, radius_px * 0.5 - 0.7));
}
