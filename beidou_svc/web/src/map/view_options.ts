/** What the map needs to know, and whom it tells what. */
import type { PageConfig } from '../api';
import type { BaseStation } from '../bases';
import type { Fleet } from '../fleet';
import type { Cluster } from './clusters';
import type { EventHooks } from './event_markers';
import type { MapRequest } from './open_map';
import type { BaseLook } from './style';

export interface MapHooks {
  onHover: (slot: number) => void;
  /** -1 = no terminal is there; then `fence` is the fence that is, if one is. */
  onPick: (slot: number, fence: string | null) => void;
  /** In the frame of the base map. */
  onCursor: (place: [number, number] | null) => void;
  onCenter: (place: [number, number]) => void;
  onCameraByHand: () => void;
  onBaseMapError: (message: string) => void;
  describeCluster: (cluster: Cluster) => string;
  paintBase: (element: HTMLElement, base: BaseStation) => void;
  onPickBase: (id: string) => void;
  events: Pick<EventHooks, 'paint' | 'onPick'>;
  request: MapRequest;
}

export interface MapOptions {
  container: HTMLElement;
  canvas: HTMLCanvasElement;
  fleet: Fleet;
  page: PageConfig;
  look: BaseLook;
  smooth: boolean;
  hooks: MapHooks;
}
