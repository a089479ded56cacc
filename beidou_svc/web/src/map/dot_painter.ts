/**
 * Small markers painted by the CPU into an image. Only for machines without a graphics card: where the GPU is
 * emulated, every point costs some 3 µs whatever its size, ten thousand of them half the time of a frame, while
 * copying as many ready-made sprites into an image costs a tenth of that. Close-up views, with few and detailed
 * markers in them, are drawn by the shaders everywhere.
 */
import type { Fleet } from '../fleet';
import type { Camera } from './camera';
import type { Cut } from './cut';
import { type DotLook, DotSprites, PHASES, spriteOf } from './dot_sprites';

/** What is painted, and from where it is seen. */
export interface Scene {
  fleet: Fleet;
  order: Uint32Array;
  n: number;
  camera: Camera;
  now_ms: number;
  smooth: boolean;
  /** Size of the whole view, device pixels. */
  view: { width: number; height: number };
}

export class DotPainter {
  width = 0;
  height = 0;
  /** Premultiplied RGBA, top row first; the same memory twice. */
  bytes = new Uint8ClampedArray(0);
  pixels = new Uint32Array(0);
  private readonly sprites = new DotSprites();

  prepare(look: DotLook, width: number, height: number): void {
    this.sprites.prepare(look, width);
    if (width === this.width && height === this.height) return;
    this.width = width;
    this.height = height;
    const buffer = new ArrayBuffer(width * height * 4);
    this.bytes = new Uint8ClampedArray(buffer);
    this.pixels = new Uint32Array(buffer);
  }

  /**
   * Paint a part of the view, which has the size of this image: the first `n` slots in `order`, in that order, over
   * `ground`, an image of the same size, or over nothing.
   */
  paint(scene: Scene, cut: Cut, ground: Uint32Array | null): void {
    const { fleet, order, n, camera, now_ms, smooth, view } = scene;
    const { x0, y0, x1, y1, glide_start_ms, glide_ms, fix_quality, liveness } = fleet;
    const { x_origin, y_origin } = camera;
    const [m0, m1, , m3, m4, m5, , m7, , , , , m12, m13, , m15] = camera.matrix64;
    const { width, height } = this;
    const { side } = this.sprites;
    const left_px = cut.left + side / 2;
    const top_px = cut.top + side / 2;
    if (ground) this.pixels.set(ground);
    else this.pixels.fill(0);
    for (let i = 0; i < n; i++) {
      const slot = order[i];
      const f = smooth ? Math.min(1, Math.max(0, (now_ms - glide_start_ms[slot]) / glide_ms[slot])) : 1;
      const dx = x0[slot] + (x1[slot] - x0[slot]) * f - x_origin;
      const dy = y0[slot] + (y1[slot] - y0[slot]) * f - y_origin;
      const w = m3 * dx + m7 * dy + m15;
      if (w <= 0) continue;
      const left = ((m0 * dx + m4 * dy + m12) / w + 1) * 0.5 * view.width - left_px;
      const top = (1 - (m1 * dx + m5 * dy + m13) / w) * 0.5 * view.height - top_px;
      const column = Math.floor(left);
      const row = Math.floor(top);
      if (column < 0 || row < 0 || column + side > width || row + side > height) continue;
      const x_phase = Math.floor((left - column) * PHASES);
      const y_phase = Math.floor((top - row) * PHASES);
      this.blit(spriteOf(liveness[slot], fix_quality[slot], x_phase, y_phase), row * width + column);
    }
  }

  /** Premultiplied "over", two channels at a time: 255 * 0xff00ff still fits 32 bits. */
  private blit(sprite: number, to: number): void {
    const { pixels, sprites } = this;
    const { place, colour } = sprites;
    const blended = sprites.blended[sprite];
    const end = sprites.start[sprite + 1];
    let i = sprites.start[sprite];
    for (; i < blended; i++) pixels[to + place[i]] = colour[i];
    for (; i < end; i++) {
      const at = to + place[i];
      const source = colour[i];
      const under = pixels[at];
      const rest = 255 - (source >>> 24);
      const even = (Math.imul(under & 0xff00ff, rest) >>> 8) & 0xff00ff;
      const odd = Math.imul((under >>> 8) & 0xff00ff, rest) & 0xff00ff00;
      pixels[at] = (((source + even) | 0) + odd) | 0;
    }
  }
}

/** Whether the GPU is emulated on the CPU, by the names under which browsers say so. */
export function isSoftwareRendered(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(renderer);
}
