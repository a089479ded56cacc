/** Terminals that lie close together on the screen, counted instead of drawn on top of each other. */
import type { Fleet } from '../fleet';
import { QUALITY_COUNT } from '../quality';

/** From this zoom on every terminal is drawn by itself. */
export const CLUSTER_ZOOM_MAX = 11.5;
const CELL_PX = 76;
/** Fewer than this in a cell are drawn one by one. */
const MEMBERS_MIN = 6;
const TILE_PX = 512;

export interface Cluster {
  /** Cell of the grid: the same cell keeps its key from second to second. */
  key: string;
  /** Mean place of the members, world units. */
  x: number;
  y: number;
  n: number;
  quality: Uint32Array;
}

/** Views with the same step have the same clusters. */
export function clusterStep(zoom: number): number {
  return zoom >= CLUSTER_ZOOM_MAX ? Number.POSITIVE_INFINITY : Math.floor(zoom);
}

/**
 * Count the shown terminals by cell of a grid that belongs to the whole zoom step, so that clusters neither jump
 * while the camera moves nor change with it. Writes into `drawn` what is left to be drawn one by one.
 */
export function clusterFleet(fleet: Fleet, shown: Uint8Array, zoom: number, drawn: Uint8Array): Cluster[] {
  drawn.set(shown.subarray(0, fleet.size));
  const step = clusterStep(zoom);
  if (step === Number.POSITIVE_INFINITY) return [];
  const cells_per_world = (TILE_PX * 2 ** step) / CELL_PX;
  const cells = new Map<number, Cluster>();
  const cell_of = new Float64Array(fleet.size);
  for (let slot = 0; slot < fleet.size; slot++) {
    if (!shown[slot] || !fleet.placed[slot]) continue;
    const column = Math.floor(fleet.x1[slot] * cells_per_world);
    const row = Math.floor(fleet.y1[slot] * cells_per_world);
    const cell = row * 2 ** 26 + column;
    cell_of[slot] = cell;
    let cluster = cells.get(cell);
    if (!cluster) {
      cluster = {
        key: `${step}/${column}/${row}`,
        x: 0,
        y: 0,
        n: 0,
        quality: new Uint32Array(QUALITY_COUNT),
      };
      cells.set(cell, cluster);
    }
    cluster.x += fleet.x1[slot];
    cluster.y += fleet.y1[slot];
    cluster.n += 1;
    cluster.quality[fleet.fix_quality[slot]] += 1;
  }
  for (let slot = 0; slot < fleet.size; slot++) {
    if (drawn[slot] && (cells.get(cell_of[slot])?.n ?? 0) >= MEMBERS_MIN) drawn[slot] = 0;
  }
  const clusters: Cluster[] = [];
  for (const cluster of cells.values()) {
    if (cluster.n < MEMBERS_MIN) continue;
    cluster.x /= cluster.n;
    cluster.y /= cluster.n;
    clusters.push(cluster);
  }
  return clusters;
}
