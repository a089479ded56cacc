/** Roads that nobody may drive now (docs/roads.md, closures). */
import { signal } from '@preact/signals';
import type { Position } from './fence';

export interface ClosedRoad {
  type: 'Feature';
  id: number;
  /** Along the direction that is closed. */
  geometry: { type: 'LineString'; coordinates: Position[] };
  /** Without `is_whole` the other direction is open. */
  properties: { name?: string; class: string; edges: number[]; is_whole?: boolean };
}

export interface ClosedRoads {
  features: ClosedRoad[];
}

/** Those of the network that positions are matched to. */
export const closed_roads = signal<readonly ClosedRoad[]>([]);
