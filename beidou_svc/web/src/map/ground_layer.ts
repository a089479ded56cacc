/** The base map as an image, under the dots that the CPU painted, if it did. */
import type { DotPainter } from './dot_painter';
import { buildProgram, createImage, type Program } from './gl';
import { GROUND_FRAGMENT, GROUND_VERTEX } from './shaders';

export class GroundLayer {
  private readonly program: Program;
  private readonly ground: WebGLTexture;
  private readonly dots: WebGLTexture;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = buildProgram(gl, GROUND_VERTEX, GROUND_FRAGMENT);
    this.ground = createImage(gl);
    this.dots = createImage(gl);
    gl.useProgram(this.program.program);
    gl.uniform1i(this.program.uniform('u_dots'), 1);
  }

  /** Take over the base map as it has just been drawn; call it in the same task as that drawing. */
  setBase(base: HTMLCanvasElement): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.ground);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, base);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
  }

  /** The base map as it is drawn, bottom row first: call it only where the view may be drawn anew afterwards. */
  read(): Uint32Array {
    const { gl } = this;
    const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
    const pixels = new Uint32Array(width * height);
    this.draw(null);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(pixels.buffer));
    return pixels;
  }

  draw(painter: DotPainter | null): void {
    const { gl, program } = this;
    if (painter) {
      const { width, height, bytes } = painter;
      gl.activeTexture(gl.TEXTURE1);
      gl.bindTexture(gl.TEXTURE_2D, this.dots);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    }
    gl.disable(gl.BLEND);
    gl.useProgram(program.program);
    gl.uniform1i(program.uniform('u_with_dots'), painter ? 1 : 0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.enable(gl.BLEND);
  }
}
