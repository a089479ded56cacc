/** The baseline of the selected rover: a dashed line from where it is drawn to the base that serves it. */
import type { Camera } from './camera';
import { attribute, buildProgram, type Program } from './gl';
import { BASELINE_FRAGMENT, BASELINE_VERTEX } from './shaders';

/** Two triangles; every vertex knows both ends. */
const VERTEX_FLOATS = 4;
const VERTICES = 6;
const WIDTH_PX = 2.2;
const DASH_PX = 7;

export class BaselineLayer {
  private readonly program: Program;
  private readonly array: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private readonly data = new Float32Array(VERTICES * VERTEX_FLOATS);
  /** The base, world units; null = no line. */
  base: [number, number] | null = null;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = buildProgram(gl, BASELINE_VERTEX, BASELINE_FRAGMENT);
    this.array = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    attribute(gl, 0, 4, gl.FLOAT, VERTEX_FLOATS * 4, 0);
    gl.bindVertexArray(null);
  }

  setColours(line: readonly number[], halo: readonly number[]): void {
    this.gl.useProgram(this.program.program);
    this.gl.uniform3fv(this.program.uniform('u_line'), line);
    this.gl.uniform3fv(this.program.uniform('u_halo'), halo);
  }

  /** `rover` is where the rover is drawn now, world units. */
  draw(camera: Camera, ratio: number, rover: readonly [number, number]): void {
    if (!this.base) return;
    const { gl, program, data } = this;
    const ends = [
      this.base[0] - camera.x_origin,
      this.base[1] - camera.y_origin,
      rover[0] - camera.x_origin,
      rover[1] - camera.y_origin,
    ];
    for (let v = 0; v < VERTICES; v++) data.set(ends, v * VERTEX_FLOATS);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
    gl.useProgram(program.program);
    gl.bindVertexArray(this.array);
    gl.uniformMatrix4fv(program.uniform('u_matrix'), false, camera.matrix);
    gl.uniform2f(program.uniform('u_viewport_px'), gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.uniform1f(program.uniform('u_width_px'), (WIDTH_PX + 2) * ratio);
    gl.uniform1f(program.uniform('u_core'), WIDTH_PX / (WIDTH_PX + 2));
    gl.uniform1f(program.uniform('u_dash_px'), DASH_PX * ratio);
    gl.drawArrays(gl.TRIANGLES, 0, VERTICES);
    gl.bindVertexArray(null);
  }
}
