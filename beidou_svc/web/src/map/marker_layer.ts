/** The terminals as points whose movement the vertex shader computes, and the rings around single ones. */
import type { Fleet } from '../fleet';
import { GLYPHS, QUALITY_COUNT, qualityOf } from '../quality';
import type { Camera } from './camera';
import { attribute, buildProgram, type Program, rgb } from './gl';
import { radiusPx } from './marker_size';
import { TERMINAL_FRAGMENT, TERMINAL_VERTEX } from './shaders';

/** 6 float32 + 8 bytes a terminal: way (4), glide (2), kind (3 bytes + 1 unused), course (2 bytes + 2 unused). */
const VERTEX_BYTES = 32;
const VERTEX_FLOATS = VERTEX_BYTES / 4;
const BYTES_AT = 24;
/** Seconds are float32 on the GPU: a new zero now and then keeps them good to a tenth of a millisecond. */
const CLOCK_AGE_MS_MAX = 600_000;
/** Below this speed a course is noise. */
const SPEED_MPS_MIN = 0.3;
/** The beak that shows the heading grows out of the marker over this range of zoom. */
const BEAK_ZOOM = 14;
const BEAK_ZOOM_RANGE = 0.75;

export interface MarkerColours {
  dark: boolean;
  halo: string;
  ring: string;
  offline: string;
}

export class MarkerLayer {
  private readonly program: Program;
  private readonly array: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private readonly order_buffer: WebGLBuffer;
  private floats = new Float32Array(0);
  private bytes = new Uint8Array(0);
  private clock_zero_ms = 0;
  private drawn = 0;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly fleet: Fleet,
  ) {
    this.program = buildProgram(gl, TERMINAL_VERTEX, TERMINAL_FRAGMENT);
    this.buffer = gl.createBuffer();
    this.order_buffer = gl.createBuffer();
    this.array = gl.createVertexArray();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    attribute(gl, 0, 4, gl.FLOAT, VERTEX_BYTES, 0);
    attribute(gl, 1, 2, gl.FLOAT, VERTEX_BYTES, 16);
    attribute(gl, 2, 3, gl.UNSIGNED_BYTE, VERTEX_BYTES, BYTES_AT);
    attribute(gl, 3, 2, gl.UNSIGNED_BYTE, VERTEX_BYTES, BYTES_AT + 4);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.order_buffer);
    gl.bindVertexArray(null);
  }

  setColours(look: MarkerColours, colours: Float32Array): void {
    const { gl } = this;
    const { uniform } = this.program;
    const glyphs = Int32Array.from({ length: QUALITY_COUNT }, (_, q) => GLYPHS.indexOf(qualityOf(q).glyph));
    gl.useProgram(this.program.program);
    gl.uniform3fv(uniform('u_colours'), colours);
    gl.uniform1iv(uniform('u_glyphs'), glyphs);
    gl.uniform3fv(uniform('u_halo'), rgb(look.halo));
    gl.uniform3fv(uniform('u_ring'), rgb(look.ring));
    gl.uniform3fv(uniform('u_offline'), rgb(look.offline));
  }

  /** True where the vertices must be written anew although the fleet did not change. */
  outdated(now_ms: number): boolean {
    return this.clock_zero_ms === 0 || now_ms - this.clock_zero_ms > CLOCK_AGE_MS_MAX;
  }

  /** The origin of the camera moved: what is in the buffer is relative to another one. */
  invalidate(): void {
    this.clock_zero_ms = 0;
  }

  /** Copy the fleet's columns into the vertex buffer; the first `n` slots in `order` are drawn, in that order. */
  upload(camera: Camera, order: Uint32Array, n: number, smooth: boolean, now_ms: number): void {
    const { fleet, gl } = this;
    if (this.outdated(now_ms)) this.clock_zero_ms = now_ms;
    this.reserve(order);
    this.writeVertices(camera, smooth);
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.bytes, 0, fleet.size * VERTEX_BYTES);
    gl.bufferSubData(gl.ELEMENT_ARRAY_BUFFER, 0, order, 0, n);
    gl.bindVertexArray(null);
    this.drawn = n;
  }

  draw(
    camera: Camera,
    ratio: number,
    now_ms: number,
    pulse: number,
    rings: readonly number[],
    markers: boolean,
  ): void {
    const { gl, fleet } = this;
    const { uniform } = this.program;
    gl.useProgram(this.program.program);
    gl.bindVertexArray(this.array);
    gl.uniformMatrix4fv(uniform('u_matrix'), false, camera.matrix);
    gl.uniform1f(uniform('u_now_s'), (now_ms - this.clock_zero_ms) / 1000);
    gl.uniform1f(uniform('u_radius_px'), radiusPx(camera.zoom));
    gl.uniform1f(uniform('u_beak'), Math.max(0, Math.min(1, (camera.zoom - BEAK_ZOOM) / BEAK_ZOOM_RANGE)));
    gl.uniform1f(uniform('u_bearing'), camera.bearing_deg / 360);
    gl.uniform1f(uniform('u_ratio'), ratio);
    gl.uniform1f(uniform('u_pulse'), pulse);
    gl.uniform1i(uniform('u_ring_only'), 0);
    if (markers) gl.drawElements(gl.POINTS, this.drawn, gl.UNSIGNED_INT, 0);
    gl.uniform1i(uniform('u_ring_only'), 1);
    for (const slot of rings) {
      if (slot >= 0 && slot < fleet.size && fleet.placed[slot]) gl.drawArrays(gl.POINTS, slot, 1);
    }
    gl.bindVertexArray(null);
  }

  private writeVertices(camera: Camera, smooth: boolean): void {
    const { fleet, floats, bytes, clock_zero_ms } = this;
    const { x_origin, y_origin } = camera;
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
      const course0_deg = fleet.course0_deg[slot];
      bytes[b + 2] = course_deg >= 0 && fleet.speed_mps[slot] > SPEED_MPS_MIN ? 1 : 0;
      bytes[b + 4] = ((course0_deg >= 0 ? course0_deg : course_deg) * 256) / 360;
      bytes[b + 5] = (course_deg * 256) / 360;
    }
  }

  private reserve(order: Uint32Array): void {
    const { gl } = this;
    const needed = this.fleet.capacity * VERTEX_BYTES;
    if (needed === this.bytes.byteLength) return;
    const memory = new ArrayBuffer(needed);
    this.floats = new Float32Array(memory);
    this.bytes = new Uint8Array(memory);
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, needed, gl.DYNAMIC_DRAW);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order.byteLength, gl.DYNAMIC_DRAW);
    gl.bindVertexArray(null);
  }
}
