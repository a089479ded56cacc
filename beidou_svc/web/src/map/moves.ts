/** Ways in which the camera moves by itself: to a terminal, a place, the whole fleet, by a button. */
import type { Map as LibreMap } from 'maplibre-gl';
import type { Fleet } from '../fleet';
import type { Cluster } from './clusters';
import type { Bounds } from './fleet_bounds';
import { latitudeDeg, longitudeDeg } from './mercator';

const CLOSE_UP_ZOOM = 16.3;
const FLIGHT_MS = 900;
const FIT_PADDING_PX = 40;
/** While following, the terminal may wander this share of the view from the centre before the camera moves. */
const FOLLOW_SLACK = 0.22;

/** Room that something beside or below takes from the map. */
export interface Room {
  right: number;
  bottom: number;
}

export class Moves {
  constructor(
    private readonly map: LibreMap,
    private readonly fleet: Fleet,
  ) {}

  toTerminal(slot: number, room: Room): void {
    if (this.fleet.placed[slot]) this.toPlace(this.placeOf(slot), room, CLOSE_UP_ZOOM);
  }

  /** Closer where the view is farther out than `zoom_min`; `place` is longitude, latitude. */
  toPlace(place: [number, number], room: Room, zoom_min: number): void {
    this.map.flyTo({
      center: place,
      zoom: Math.max(this.map.getZoom(), zoom_min),
      padding: { top: 0, left: 0, ...room },
      duration: FLIGHT_MS,
    });
  }

  toBounds(bounds: Bounds, room: Room, duration_ms = FLIGHT_MS): void {
    const padding = {
      top: FIT_PADDING_PX,
      left: FIT_PADDING_PX,
      right: FIT_PADDING_PX + room.right,
      bottom: FIT_PADDING_PX + room.bottom,
    };
    this.map.fitBounds(bounds, { padding, maxZoom: 17, duration: duration_ms, pitch: 0, bearing: 0 });
  }

  toCluster(cluster: Cluster): void {
    this.map.easeTo({
      center: [longitudeDeg(cluster.x), latitudeDeg(cluster.y)],
      zoom: this.map.getZoom() + 2,
      duration: FLIGHT_MS / 2,
    });
  }

  zoomBy(steps: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + steps, duration: 250 });
  }

  northUp(): void {
    this.map.easeTo({ bearing: 0, pitch: 0, duration: 300 });
  }

  tilt(): void {
    this.map.easeTo({ pitch: this.map.getPitch() > 5 ? 0 : 55, duration: 400 });
  }

  /** Keep a terminal that is at `at`, CSS pixels, near the middle of a view of this size. */
  follow(slot: number, at: [number, number], width_px: number, height_px: number): void {
    if (this.map.isMoving()) return;
    const off_x = Math.abs(at[0] / width_px - 0.5);
    const off_y = Math.abs(at[1] / height_px - 0.5);
    if (off_x < FOLLOW_SLACK && off_y < FOLLOW_SLACK) return;
    const padding = { top: 0, left: 0, right: 0, bottom: 0 };
    this.map.easeTo({ center: this.placeOf(slot), padding, duration: FLIGHT_MS });
  }

  private placeOf(slot: number): [number, number] {
    return [longitudeDeg(this.fleet.x1[slot]), latitudeDeg(this.fleet.y1[slot])];
  }
}
