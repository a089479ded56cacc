/** Where the fleet is seen from: the map's matrix, moved to an origin that is near to what is looked at. */
import { matrixAt } from './gl';

/** Beyond this distance (world units, about 0.7 degrees) a new origin is taken. */
const ORIGIN_DISTANCE_MAX = 0.002;
/** Further out the whole country is in view and metres are not visible: the origin stays. */
const ORIGIN_ZOOM_MIN = 7;

export interface CameraState {
  /** From mercator 0..1 to clip space, column-major. */
  matrix: ArrayLike<number>;
  zoom: number;
  bearing_deg: number;
  /** Centre of the view, world units. */
  x: number;
  y: number;
}

export class Camera {
  zoom = 0;
  bearing_deg = 0;
  x_origin = 0;
  y_origin = 0;
  /** From world units less the origin to clip space. */
  matrix64: Float64Array = new Float64Array(16);
  readonly matrix = new Float32Array(16);
  /** False until the map was drawn for the first time. */
  known = false;

  /** True where the origin moved, so that everything relative to it must be written anew. */
  set(state: CameraState): boolean {
    const far =
      Math.abs(state.x - this.x_origin) > ORIGIN_DISTANCE_MAX ||
      Math.abs(state.y - this.y_origin) > ORIGIN_DISTANCE_MAX;
    const moves = !this.known || (far && state.zoom > ORIGIN_ZOOM_MIN);
    if (moves) {
      this.x_origin = state.x;
      this.y_origin = state.y;
    }
    this.known = true;
    this.zoom = state.zoom;
    this.bearing_deg = state.bearing_deg;
    this.matrix64 = matrixAt(state.matrix, this.x_origin, this.y_origin);
    this.matrix.set(this.matrix64);
    return moves;
  }

  /** Where a world position is in a view of this size, or null behind the camera. */
  project(x: number, y: number, width_px: number, height_px: number): [number, number] | null {
    const m = this.matrix64;
    const dx = x - this.x_origin;
    const dy = y - this.y_origin;
    const w = m[3] * dx + m[7] * dy + m[15];
    if (w <= 0) return null;
    return [
      ((m[0] * dx + m[4] * dy + m[12]) / w + 1) * 0.5 * width_px,
      (1 - (m[1] * dx + m[5] * dy + m[13]) / w) * 0.5 * height_px,
    ];
  }
}
