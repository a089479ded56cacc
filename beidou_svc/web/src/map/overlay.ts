/**
 * The fleet drawn on a canvas of its own above the base map. The base map is drawn anew only when the camera
 * moves, while this canvas is drawn every frame: that is what keeps ten thousand moving terminals smooth even
 * without a graphics card.
 */
import type { Fleet } from '../fleet';
import { FIXED, GLYPHS, QUALITY_COUNT, qualityOf } from '../quality';
import { DotPainter, isSoftwareRendered } from './dot_painter';
import { buildProgram, createImage, matrixAt, type Program, rgb } from './gl';
import {
  GROUND_FRAGMENT,
  GROUND_VERTEX,
  TERMINAL_FRAGMENT,
  TERMINAL_VERTEX,
  TRAIL_FRAGMENT,
  TRAIL_VERTEX,
} from './shaders';

/** 6 float32 + 8 bytes a terminal: way (4), glide (2), kind (3 bytes + 1 unused), course (2 bytes + 2 unused). */
const VERTEX_BYTES = 32;
const VERTEX_FLOATS = VERTEX_BYTES / 4;
const BYTES_AT = 24;
const TRAIL_FLOATS = 4;
/** Beyond this distance (world units, about 0.7 degrees) a new origin is taken. */
const ORIGIN_DISTANCE_MAX = 0.002;
/** Seconds are float32 on the GPU: a new zero now and then keeps them good to a tenth of a millisecond. */
const CLOCK_AGE_MS_MAX = 600_000;
const PIXEL_RATIO_MAX = 2;
/** Up to here markers are plain dots, which the CPU may paint. */
const PAINTED_ZOOM_MAX = 14;

const GROUND = {
  light: { halo: '#ffffff', ring: '#0f172a', offline: '#9aa3af' },
  dark: { halo: '#0b1118', ring: '#ffffff', offline: '#64707f' },
};

export interface Camera {
  /** From mercator 0..1 to clip space, column-major. */
  matrix: ArrayLike<number>;
  zoom: number;
  bearing_deg: number;
  /** Centre of the view, world units. */
  x: number;
  y: number;
}

export interface TrailPoint {
  x: number;
  y: number;
  quality: number;
}

export class FleetOverlay {
  private readonly gl: WebGL2RenderingContext;
  private terminals!: Program;
  private trails!: Program;
  private grounds!: Program;
  private ground!: WebGLTexture;
  private dots!: WebGLTexture;
  private readonly painter: DotPainter | null;
  private smooth = true;
  private terminal_array!: WebGLVertexArrayObject;
  private trail_array!: WebGLVertexArrayObject;
  private terminal_buffer!: WebGLBuffer;
  private order_buffer!: WebGLBuffer;
  private trail_buffer!: WebGLBuffer;
  private buffer_bytes = 0;
  private floats = new Float32Array(0);
  private bytes = new Uint8Array(0);
  private order = new Uint32Array(0);
  private order_size = 0;
  private trail_points = 0;
  private trail: readonly TrailPoint[] = [];
  private x_origin = 0;
  private y_origin = 0;
  private clock_zero_ms = 0;
  private ratio = 1;
  private dark = false;
  private camera: Camera | null = null;
  private matrix64: Float64Array = new Float64Array(16);
  private readonly matrix = new Float32Array(16);
  /** Frames drawn since the page was opened. */
  frames = 0;
  selected_slot = -1;
  hovered_slot = -1;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly fleet: Fleet,
  ) {
    const gl = canvas.getContext('webgl2', {
      alpha: false,
      antialias: false,
      depth: false,
      premultipliedAlpha: true,
    });
    if (!gl) throw new Error('WebGL 2 is not available');
    this.gl = gl;
    this.painter = isSoftwareRendered(gl) ? new DotPainter() : null;
    this.build();
    canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => {
      this.buffer_bytes = 0;
      this.build();
      this.setTheme(this.dark);
      this.setTrail(this.trail);
    });
  }

  resize(width_px: number, height_px: number): void {
    this.ratio = Math.min(window.devicePixelRatio || 1, PIXEL_RATIO_MAX);
    this.canvas.width = Math.round(width_px * this.ratio);
    this.canvas.height = Math.round(height_px * this.ratio);
    this.gl.viewport(0, 0, this.canvas.width, this.canvas.height);
  }

  setTheme(dark: boolean): void {
    this.dark = dark;
    const gl = this.gl;
    const colours = new Float32Array(QUALITY_COUNT * 3);
    const glyphs = new Int32Array(QUALITY_COUNT);
    for (let value = 0; value < QUALITY_COUNT; value++) {
      const quality = qualityOf(value);
      colours.set(rgb(dark ? quality.dark : quality.light), value * 3);
      glyphs[value] = GLYPHS.indexOf(quality.glyph);
    }
    const ground = GROUND[dark ? 'dark' : 'light'];
    gl.useProgram(this.trails.program);
    gl.uniform3fv(this.trails.uniform('u_colours'), colours);
    gl.useProgram(this.terminals.program);
    gl.uniform3fv(this.terminals.uniform('u_colours'), colours);
    gl.uniform1iv(this.terminals.uniform('u_glyphs'), glyphs);
    gl.uniform3fv(this.terminals.uniform('u_halo'), rgb(ground.halo));
    gl.uniform3fv(this.terminals.uniform('u_ring'), rgb(ground.ring));
    gl.uniform3fv(this.terminals.uniform('u_offline'), rgb(ground.offline));
  }

  setCamera(camera: Camera): void {
    this.camera = camera;
    const far =
      Math.abs(camera.x - this.x_origin) > ORIGIN_DISTANCE_MAX ||
      Math.abs(camera.y - this.y_origin) > ORIGIN_DISTANCE_MAX;
    // Far out the whole country is in view and metres are not visible: the origin stays.
    if (far && (camera.zoom > 7 || this.x_origin === 0)) {
      this.x_origin = camera.x;
      this.y_origin = camera.y;
      this.setTrail(this.trail);
      this.clock_zero_ms = 0;
    }
    this.matrix64 = matrixAt(camera.matrix, this.x_origin, this.y_origin);
    this.matrix.set(this.matrix64);
  }

  /** True where the vertices must be written anew although the fleet did not change. */
  outdated(now_ms: number): boolean {
    return this.clock_zero_ms === 0 || now_ms - this.clock_zero_ms > CLOCK_AGE_MS_MAX;
  }

  /** Copy the fleet's columns into the vertex buffer; `drawn` tells which slots are drawn one by one. */
  upload(drawn: Uint8Array, smooth: boolean, now_ms: number): void {
    const { fleet, gl } = this;
    this.smooth = smooth;
    if (this.outdated(now_ms)) this.clock_zero_ms = now_ms;
    this.reserve();
    const { floats, bytes, x_origin, y_origin, clock_zero_ms } = this;
    for (let slot = 0; slot < fleet.size; slot++) {
      const f = slot * VERTEX_FLOATS;
      const b = slot * VERTEX_BYTES + BYTES_AT;
      floats[f] = fleet.x0[slot] - x_origin;
      floats[f + 1] = fleet.y0[slot] - y_origin;
      floats[f + 2] = fleet.x1[slot] - x_origin;
      floats[f + 3] = fleet.y1[slot] - y_origin;
      floats[f + 4] = (fleet.glide_start_ms[slot] - clock_zero_ms) / 1000;
      floats[f + 5] = smooth ? fleet.glide_ms[slot] / 1000 : 0;
      bytes[b] = fleet.fix_quality[slot];
      bytes[b + 1] = fleet.liveness[slot];
      const course_deg = fleet.course_deg[slot];
      const moving = course_deg >= 0 && fleet.speed_mps[slot] > 0.3;
      bytes[b + 2] = moving ? 1 : 0;
      const course0_deg = fleet.course0_deg[slot] >= 0 ? fleet.course0_deg[slot] : course_deg;
      bytes[b + 4] = (course0_deg * 256) / 360;
      bytes[b + 5] = (course_deg * 256) / 360;
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, this.terminal_buffer);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, bytes, 0, fleet.size * VERTEX_BYTES);
    this.uploadOrder(drawn);
  }

  /** Which slots are drawn, and in which order: the healthy majority first, so that problems lie on top. */
  private uploadOrder(drawn: Uint8Array): void {
    const { fleet, gl, order } = this;
    let n = 0;
    for (const fixed of [true, false]) {
      for (let slot = 0; slot < fleet.size; slot++) {
        if (drawn[slot] && fleet.placed[slot] && (fleet.fix_quality[slot] === FIXED) === fixed)
          order[n++] = slot;
      }
    }
    this.order_size = n;
    gl.bindVertexArray(this.terminal_array);
    gl.bufferSubData(gl.ELEMENT_ARRAY_BUFFER, 0, order, 0, n);
    gl.bindVertexArray(null);
  }

  setTrail(points: readonly TrailPoint[]): void {
    const gl = this.gl;
    const data = new Float32Array(points.length * TRAIL_FLOATS);
    for (let i = 0; i < points.length; i++) {
      const age = points.length > 1 ? 1 - i / (points.length - 1) : 0;
      data.set(
        [points[i].x - this.x_origin, points[i].y - this.y_origin, points[i].quality, age],
        i * TRAIL_FLOATS,
      );
    }
    this.trail = points;
    this.trail_points = points.length;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.trail_buffer);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
  }

  /** Take over the base map as it has just been drawn; call it in the same task as that drawing. */
  setGround(base: HTMLCanvasElement): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.ground);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, base);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
  }

  draw(now_ms: number, pulse: number): void {
    const { gl, camera } = this;
    this.frames += 1;
    if (!camera || gl.isContextLost()) return;
    const painted = this.paintDots(camera, now_ms);
    gl.disable(gl.BLEND);
    gl.useProgram(this.grounds.program);
    gl.uniform1i(this.grounds.uniform('u_with_dots'), painted ? 1 : 0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.enable(gl.BLEND);
    this.drawTrail();
    gl.useProgram(this.terminals.program);
    gl.bindVertexArray(this.terminal_array);
    const uniform = this.terminals.uniform;
    gl.uniformMatrix4fv(uniform('u_matrix'), false, this.matrix);
    gl.uniform1f(uniform('u_now_s'), (now_ms - this.clock_zero_ms) / 1000);
    gl.uniform1f(uniform('u_radius_px'), radiusPx(camera.zoom));
    gl.uniform1f(uniform('u_beak'), Math.max(0, Math.min(1, (camera.zoom - 14) / 0.75)));
    gl.uniform1f(uniform('u_bearing'), camera.bearing_deg / 360);
    gl.uniform1f(uniform('u_ratio'), this.ratio);
    gl.uniform1f(uniform('u_pulse'), pulse);
    gl.uniform1i(uniform('u_ring_only'), 0);
    if (!painted) gl.drawElements(gl.POINTS, this.order_size, gl.UNSIGNED_INT, 0);
    gl.uniform1i(uniform('u_ring_only'), 1);
    for (const slot of [this.selected_slot, this.hovered_slot]) {
      if (slot >= 0 && slot < this.fleet.size && this.fleet.placed[slot]) gl.drawArrays(gl.POINTS, slot, 1);
    }
    gl.bindVertexArray(null);
  }

  /** CSS pixels of a world position, or null behind the camera. */
  project(x: number, y: number): [number, number] | null {
    const m = this.matrix64;
    const dx = x - this.x_origin;
    const dy = y - this.y_origin;
    const w = m[3] * dx + m[7] * dy + m[15];
    if (w <= 0) return null;
    const width_px = this.canvas.width / this.ratio;
    const height_px = this.canvas.height / this.ratio;
    return [
      ((m[0] * dx + m[4] * dy + m[12]) / w + 1) * 0.5 * width_px,
      (1 - (m[1] * dx + m[5] * dy + m[13]) / w) * 0.5 * height_px,
    ];
  }

  /** The drawn terminal nearest to a place on the screen, or -1. */
  pick(x_px: number, y_px: number, drawn: Uint8Array, now_ms: number): number {
    let best = -1;
    let best_px = radiusPx(this.camera?.zoom ?? 0) + 6;
    for (let slot = 0; slot < this.fleet.size; slot++) {
      if (!drawn[slot] || !this.fleet.placed[slot]) continue;
      const [x, y] = this.fleet.drawnAt(slot, now_ms);
      const at = this.project(x, y);
      if (!at) continue;
      const distance_px = Math.hypot(at[0] - x_px, at[1] - y_px);
      if (distance_px < best_px) {
        best = slot;
        best_px = distance_px;
      }
    }
    return best;
  }

  /** Paint the dots on the CPU and hand them over as an image; false where the shaders shall draw them. */
  private paintDots(camera: Camera, now_ms: number): boolean {
    const { gl, painter, canvas, ratio } = this;
    if (!painter || camera.zoom >= PAINTED_ZOOM_MAX) return false;
    const radius_px = radiusPx(camera.zoom);
    const ground = GROUND[this.dark ? 'dark' : 'light'];
    painter.prepare({
      dark: this.dark,
      // In steps, so that zooming does not make new sprites with every frame.
      radius_px: (Math.round(radius_px * 5) / 5) * ratio,
      rim_px: rimPx(radius_px) * ratio,
      halo: ground.halo,
      offline: ground.offline,
    });
    painter.resize(canvas.width, canvas.height);
    const origin: [number, number] = [this.x_origin, this.y_origin];
    painter.paint(this.fleet, this.order, this.order_size, this.matrix64, origin, now_ms, this.smooth);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.dots);
    const { width, height, bytes } = painter;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    return true;
  }

  private drawTrail(): void {
    if (this.trail_points < 2) return;
    const gl = this.gl;
    gl.useProgram(this.trails.program);
    gl.bindVertexArray(this.trail_array);
    gl.uniformMatrix4fv(this.trails.uniform('u_matrix'), false, this.matrix);
    gl.uniform2f(this.trails.uniform('u_viewport_px'), this.canvas.width, this.canvas.height);
    gl.uniform1f(this.trails.uniform('u_width_px'), 3 * this.ratio);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.trail_points - 1);
  }

  private reserve(): void {
    const needed = this.fleet.capacity * VERTEX_BYTES;
    if (needed === this.buffer_bytes) return;
    const buffer = new ArrayBuffer(needed);
    this.floats = new Float32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.buffer_bytes = needed;
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.terminal_buffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, needed, this.gl.DYNAMIC_DRAW);
    this.order = new Uint32Array(this.fleet.capacity);
    this.gl.bindVertexArray(this.terminal_array);
    this.gl.bufferData(this.gl.ELEMENT_ARRAY_BUFFER, this.order.byteLength, this.gl.DYNAMIC_DRAW);
    this.gl.bindVertexArray(null);
  }

  private build(): void {
    const gl = this.gl;
    this.terminals = buildProgram(gl, TERMINAL_VERTEX, TERMINAL_FRAGMENT);
    this.trails = buildProgram(gl, TRAIL_VERTEX, TRAIL_FRAGMENT);
    this.grounds = buildProgram(gl, GROUND_VERTEX, GROUND_FRAGMENT);
    this.ground = createImage(gl);
    this.dots = createImage(gl);
    gl.useProgram(this.grounds.program);
    gl.uniform1i(this.grounds.uniform('u_dots'), 1);
    this.terminal_buffer = gl.createBuffer();
    this.trail_buffer = gl.createBuffer();
    this.order_buffer = gl.createBuffer();
    this.terminal_array = gl.createVertexArray();
    gl.bindVertexArray(this.terminal_array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.terminal_buffer);
    attribute(gl, 0, 4, gl.FLOAT, VERTEX_BYTES, 0);
    attribute(gl, 1, 2, gl.FLOAT, VERTEX_BYTES, 16);
    attribute(gl, 2, 3, gl.UNSIGNED_BYTE, VERTEX_BYTES, BYTES_AT);
    attribute(gl, 3, 2, gl.UNSIGNED_BYTE, VERTEX_BYTES, BYTES_AT + 4);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.order_buffer);
    this.trail_array = gl.createVertexArray();
    gl.bindVertexArray(this.trail_array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.trail_buffer);
    for (const end of [0, 1]) {
      attribute(gl, end, 4, gl.FLOAT, TRAIL_FLOATS * 4, end * TRAIL_FLOATS * 4);
      gl.vertexAttribDivisor(end, 1);
    }
    gl.bindVertexArray(null);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }
}

function attribute(
  gl: WebGL2RenderingContext,
  index: number,
  size: number,
  type: number,
  stride: number,
  offset: number,
): void {
  gl.enableVertexAttribArray(index);
  gl.vertexAttribPointer(index, size, type, false, stride, offset);
}

/** Radius of a marker by zoom: small enough to read density from afar, large enough to hit with a thumb nearby. */
const RADIUS_STOPS: readonly (readonly [number, number])[] = [
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
function rimPx(radius_px: number): number {
  return Math.min(1.25, Math.max(0.5, radius_px * 0.5 - 0.7));
}
