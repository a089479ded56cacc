/**
 * The fleet drawn on a canvas of its own above the base map. The base map is drawn anew only when the camera
 * moves and kept as an image; this canvas is drawn every frame: that is what keeps ten thousand moving terminals
 * smooth even without a graphics card.
 */
import type { Fleet } from '../fleet';
import { FIXED, QUALITY_COUNT, qualityOf } from '../quality';
import { BaselineLayer } from './baseline_layer';
import { Camera, type CameraState } from './camera';
import { type Cut, cutAround } from './cut';
import { DotPainter, isSoftwareRendered, type Scene } from './dot_painter';
import { rgb } from './gl';
import { GroundLayer } from './ground_layer';
import { MarkerLayer } from './marker_layer';
import { radiusPx, rimPx } from './marker_size';
import { StillPlane } from './still_plane';
import { TrailLayer, type TrailPoint } from './trail_layer';

const PIXEL_RATIO_MAX = 2;
/** Up to here markers are plain dots, which the CPU may paint. */
const PAINTED_ZOOM_MAX = 14;
/** A base map that did not change for so long is worth to be read back. */
const STILL_MS_MIN = 120;
/** Room for a dot around its middle. */
const CUT_MARGIN_PX = 8;
/** How far beside a marker a click still means it. */
const PICK_SLACK_PX = 6;

const LOOK = {
  light: { halo: '#ffffff', ring: '#0f172a', offline: '#9aa3af', baseline: '#5b21b6' },
  dark: { halo: '#0b1118', ring: '#ffffff', offline: '#64707f', baseline: '#c4a6ff' },
};

export class FleetOverlay {
  private readonly gl: WebGL2RenderingContext;
  private readonly painter: DotPainter | null;
  private readonly plane: StillPlane | null;
  private readonly camera = new Camera();
  private ground!: GroundLayer;
  private trail!: TrailLayer;
  private baseline!: BaselineLayer;
  private markers!: MarkerLayer;
  private trail_points: readonly TrailPoint[] = [];
  private order = new Uint32Array(0);
  private order_size = 0;
  private smooth = true;
  private ratio = 1;
  private dark = false;
  private cut: Cut | null = null;
  /** The canvas shows the base map and nothing else. */
  private bare = false;
  private t_ground_ms = Number.POSITIVE_INFINITY;
  /** Frames drawn since the page was opened. */
  frames = 0;
  selected_slot = -1;
  hovered_slot = -1;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly fleet: Fleet,
  ) {
    const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false });
    if (!gl) throw new Error('WebGL 2 is not available');
    this.gl = gl;
    this.painter = isSoftwareRendered(gl) ? new DotPainter() : null;
    this.plane = this.painter && new StillPlane(canvas);
    this.build();
    canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => {
      this.build();
      this.setTheme(this.dark);
      this.setTrail(this.trail_points);
    });
  }

  resize(width_px: number, height_px: number): void {
    this.ratio = Math.min(window.devicePixelRatio || 1, PIXEL_RATIO_MAX);
    this.canvas.width = Math.round(width_px * this.ratio);
    this.canvas.height = Math.round(height_px * this.ratio);
    this.gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    this.forgetGround(Number.POSITIVE_INFINITY);
  }

  setTheme(dark: boolean): void {
    this.dark = dark;
    const colours = new Float32Array(QUALITY_COUNT * 3);
    for (let value = 0; value < QUALITY_COUNT; value++) {
      const quality = qualityOf(value);
      colours.set(rgb(dark ? quality.dark : quality.light), value * 3);
    }
    const look = LOOK[dark ? 'dark' : 'light'];
    this.trail.setColours(colours);
    this.baseline.setColours(rgb(look.baseline), rgb(look.halo));
    this.markers.setColours({ dark, ...look }, colours);
  }

  setCamera(state: CameraState): void {
    if (!this.camera.set(state)) return;
    this.markers.invalidate();
    this.trail.set(this.trail_points, this.camera);
  }

  /** Take over the base map as it has just been drawn; call it in the same task as that drawing. */
  setGround(base: HTMLCanvasElement, now_ms: number): void {
    this.ground.setBase(base);
    this.forgetGround(now_ms);
  }

  setTrail(points: readonly TrailPoint[]): void {
    this.trail_points = points;
    this.trail.set(points, this.camera);
  }

  /** The base of the selected terminal, world units; null = it has none. */
  setBaseline(base: [number, number] | null): void {
    this.baseline.base = base;
  }

  /** True where `upload` is due although the fleet did not change. */
  outdated(now_ms: number): boolean {
    return this.markers.outdated(now_ms);
  }

  /** Take over the fleet as it is now; `drawn` tells which slots are drawn one by one. */
  upload(drawn: Uint8Array, smooth: boolean, now_ms: number): void {
    this.smooth = smooth;
    this.putInOrder(drawn);
    this.cut = null;
    this.markers.upload(this.camera, this.order, this.order_size, smooth, now_ms);
  }

  draw(now_ms: number, pulse: number): void {
    this.frames += 1;
    if (!this.camera.known || this.gl.isContextLost()) return;
    const rings = [this.selected_slot, this.hovered_slot];
    const scene = this.scene(now_ms);
    if (this.plane && this.painter && this.isStill(scene, rings)) {
      this.drawStill(this.plane, this.painter, scene);
      return;
    }
    this.plane?.hide();
    this.bare = false;
    const painter = this.camera.zoom < PAINTED_ZOOM_MAX ? this.painter : null;
    if (painter) this.paint(painter, scene, { left: 0, top: 0, ...scene.view }, null);
    this.ground.draw(painter);
    this.trail.draw(this.camera, this.ratio);
    if (this.selected_slot >= 0 && this.fleet.placed[this.selected_slot])
      this.baseline.draw(this.camera, this.ratio, this.fleet.drawnAt(this.selected_slot, now_ms));
    this.markers.draw(this.camera, this.ratio, now_ms, pulse, rings, painter === null);
  }

  /** CSS pixels of a world position, or null behind the camera. */
  project(x: number, y: number): [number, number] | null {
    return this.camera.project(x, y, this.canvas.width / this.ratio, this.canvas.height / this.ratio);
  }

  /** The drawn terminal nearest to a place on the screen, or -1. */
  pick(x_px: number, y_px: number, drawn: Uint8Array, now_ms: number): number {
    let best = -1;
    let best_px = radiusPx(this.camera.zoom) + PICK_SLACK_PX;
    for (let slot = 0; slot < this.fleet.size; slot++) {
      if (!drawn[slot] || !this.fleet.placed[slot]) continue;
      const [x, y] = this.fleet.drawnAt(slot, now_ms);
      const at = this.project(x, y);
      if (!at) continue;
      const distance_px = Math.hypot(at[0] - x_px, at[1] - y_px);
      if (distance_px >= best_px) continue;
      best = slot;
      best_px = distance_px;
    }
    return best;
  }

  /** Which slots are drawn, and in which order: the healthy majority first, so that problems lie on top. */
  private putInOrder(drawn: Uint8Array): void {
    const { fleet } = this;
    if (this.order.length < fleet.capacity) this.order = new Uint32Array(fleet.capacity);
    let n = 0;
    for (const fixed of [true, false]) {
      for (let slot = 0; slot < fleet.size; slot++) {
        if (!drawn[slot] || !fleet.placed[slot]) continue;
        if ((fleet.fix_quality[slot] === FIXED) === fixed) this.order[n++] = slot;
      }
    }
    this.order_size = n;
  }

  private scene(now_ms: number): Scene {
    const { fleet, order, camera, smooth, canvas } = this;
    const view = { width: canvas.width, height: canvas.height };
    return { fleet, order, n: this.order_size, camera, now_ms, smooth, view };
  }

  /** Whether the view has been at rest for a while, with nothing but dots in it. */
  private isStill(scene: Scene, rings: readonly number[]): boolean {
    const bare = this.trail_points.length === 0 && rings.every((slot) => slot < 0);
    return bare && scene.camera.zoom < PAINTED_ZOOM_MAX && scene.now_ms - this.t_ground_ms >= STILL_MS_MIN;
  }

  /** Draw only where the dots are, above a base map that stays. */
  private drawStill(plane: StillPlane, painter: DotPainter, scene: Scene): void {
    const { fleet, order, n, camera, view } = scene;
    if (!plane.hasGround) plane.setGround(this.ground.read());
    else if (!this.bare) this.ground.draw(null);
    this.bare = true;
    this.cut ??= cutAround(fleet, order, n, camera, view, CUT_MARGIN_PX * this.ratio);
    if (!this.cut) {
      plane.hide();
      return;
    }
    this.paint(painter, scene, this.cut, plane.groundOf(this.cut, view.width, this.ratio));
    plane.show(painter);
  }

  private forgetGround(now_ms: number): void {
    this.t_ground_ms = now_ms;
    this.cut = null;
    this.bare = false;
    this.plane?.setGround(null);
  }

  private paint(painter: DotPainter, scene: Scene, cut: Cut, ground: Uint32Array | null): void {
    const { ratio, dark } = this;
    const { halo, offline } = LOOK[dark ? 'dark' : 'light'];
    const radius_px = radiusPx(this.camera.zoom);
    const look = {
      dark,
      halo,
      offline,
      // In steps, so that zooming does not make new sprites with every frame.
      radius_px: (Math.round(radius_px * 5) / 5) * ratio,
      rim_px: rimPx(radius_px) * ratio,
    };
    painter.prepare(look, cut.width, cut.height);
    painter.paint(scene, cut, ground);
  }

  private build(): void {
    this.ground = new GroundLayer(this.gl);
    this.bare = false;
    this.trail = new TrailLayer(this.gl);
    const base = this.baseline?.base ?? null;
    this.baseline = new BaselineLayer(this.gl);
    this.baseline.base = base;
    this.markers = new MarkerLayer(this.gl, this.fleet);
    this.gl.blendFunc(this.gl.ONE, this.gl.ONE_MINUS_SRC_ALPHA);
  }
}
