/** The way of the selected terminal, coloured by the quality of each fix, fading into the past. */
import type { Camera } from './camera';
import { attribute, buildProgram, type Program } from './gl';
import { TRAIL_FRAGMENT, TRAIL_VERTEX } from './shaders';

export interface TrailPoint {
  x: number;
  y: number;
  quality: number;
}

/** Every vertex knows both ends of its piece: x, y, quality, age of each. Six vertices make the two triangles. */
const VERTEX_FLOATS = 8;
const VERTICES = 6;
const WIDTH_PX = 3;

export class TrailLayer {
  private readonly program: Program;
  private readonly array: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private vertices = 0;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = buildProgram(gl, TRAIL_VERTEX, TRAIL_FRAGMENT);
    this.array = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    attribute(gl, 0, 4, gl.FLOAT, VERTEX_FLOATS * 4, 0);
    attribute(gl, 1, 4, gl.FLOAT, VERTEX_FLOATS * 4, 16);
    gl.bindVertexArray(null);
  }

  setColours(colours: Float32Array): void {
    this.gl.useProgram(this.program.program);
    this.gl.uniform3fv(this.program.uniform('u_colours'), colours);
  }

  set(points: readonly TrailPoint[], camera: Camera): void {
    const pieces = Math.max(0, points.length - 1);
    const data = new Float32Array(pieces * VERTICES * VERTEX_FLOATS);
    const end = (i: number): number[] => {
      const { x, y, quality } = points[i];
      return [x - camera.x_origin, y - camera.y_origin, quality, 1 - i / pieces];
    };
    for (let i = 0; i < pieces; i++) {
      const piece = [...end(i), ...end(i + 1)];
      for (let v = 0; v < VERTICES; v++) data.set(piece, (i * VERTICES + v) * VERTEX_FLOATS);
    }
    this.vertices = pieces * VERTICES;
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, data, this.gl.DYNAMIC_DRAW);
  }

  draw(camera: Camera, ratio: number): void {
    if (this.vertices === 0) return;
    const { gl, program } = this;
    gl.useProgram(program.program);
    gl.bindVertexArray(this.array);
    gl.uniformMatrix4fv(program.uniform('u_matrix'), false, camera.matrix);
    gl.uniform2f(program.uniform('u_viewport_px'), gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.uniform1f(program.uniform('u_width_px'), WIDTH_PX * ratio);
    gl.drawArrays(gl.TRIANGLES, 0, this.vertices);
    gl.bindVertexArray(null);
  }
}
