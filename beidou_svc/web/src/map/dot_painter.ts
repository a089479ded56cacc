/**
 * Small markers painted by the CPU into an image. Only for machines without a graphics card: where the GPU is
 * emulated, every point costs some 3 µs whatever its size, ten thousand of them half the time of a frame, while
 * copying as many ready-made sprites into an image costs a tenth of that. Close-up views, with few and detailed
 * markers in them, are drawn by the shaders everywhere.
 */
import type { Fleet } from '../fleet';
import { FIXED, LIVENESS, QUALITY_COUNT, qualityOf } from '../quality';
import type { Camera } from './camera';
import { rgb } from './gl';

/** Sprites exist for 4 by 4 positions within a pixel, so that slow movement is smooth. */
const PHASES = 4;
const OPACITY = [0.6, 0.55, 1];

export interface DotLook {
  dark: boolean;
  radius_px: number;
  rim_px: number;
  halo: string;
  offline: string;
}

export class DotPainter {
  width = 0;
  height = 0;
  /** Premultiplied RGBA, top row first. */
  bytes = new Uint8Array(0);
  private pixels = new Uint32Array(0);
  private sprites = new Uint32Array(0);
  private side = 0;
  private sprites_of = '';

  resize(width: number, height: number): void {
    if (width === this.width && height === this.height) return;
    this.width = width;
    this.height = height;
    const buffer = new ArrayBuffer(width * height * 4);
    this.bytes = new Uint8Array(buffer);
    this.pixels = new Uint32Array(buffer);
  }

  /** Paint the first `n` slots in `order`, in that order. */
  paint(fleet: Fleet, order: Uint32Array, n: number, camera: Camera, now_ms: number, smooth: boolean): void {
    const { width, height, side } = this;
    const { x0, y0, x1, y1, glide_start_ms, glide_ms, fix_quality, liveness } = fleet;
    const { x_origin, y_origin } = camera;
    const [m0, m1, , m3, m4, m5, , m7, , , , , m12, m13, , m15] = camera.matrix64;
    const half = side / 2;
    this.pixels.fill(0);
    for (let i = 0; i < n; i++) {
      const slot = order[i];
      const f = smooth ? Math.min(1, Math.max(0, (now_ms - glide_start_ms[slot]) / glide_ms[slot])) : 1;
      const dx = x0[slot] + (x1[slot] - x0[slot]) * f - x_origin;
      const dy = y0[slot] + (y1[slot] - y0[slot]) * f - y_origin;
      const w = m3 * dx + m7 * dy + m15;
      if (w <= 0) continue;
      const left = ((m0 * dx + m4 * dy + m12) / w + 1) * 0.5 * width - half;
      const top = (1 - (m1 * dx + m5 * dy + m13) / w) * 0.5 * height - half;
      const column = Math.floor(left);
      const row = Math.floor(top);
      if (column < 0 || row < 0 || column + side > width || row + side > height) continue;
      const kind = liveness[slot] * QUALITY_COUNT + fix_quality[slot];
      const phase = Math.floor((top - row) * PHASES) * PHASES + Math.floor((left - column) * PHASES);
      this.blit((kind * PHASES * PHASES + phase) * side * side, row * width + column);
    }
  }

  /** Make the sprites for a look, unless they are made already. */
  prepare(look: DotLook): void {
    const key = JSON.stringify(look);
    if (key === this.sprites_of) return;
    this.sprites_of = key;
    const side = Math.ceil(2 * (look.radius_px * 1.18 + look.rim_px)) + 2;
    this.side = side;
    this.sprites = new Uint32Array(LIVENESS.length * QUALITY_COUNT * PHASES * PHASES * side * side);
    let at = 0;
    for (let live = 0; live < LIVENESS.length; live++) {
      for (let quality = 0; quality < QUALITY_COUNT; quality++) {
        for (let phase = 0; phase < PHASES * PHASES; phase++) {
          this.drawSprite(at, side, look, live, quality, phase);
          at += side * side;
        }
      }
    }
  }

  private drawSprite(
    at: number,
    side: number,
    look: DotLook,
    live: number,
    quality: number,
    phase: number,
  ): void {
    const { light, dark } = qualityOf(quality);
    const inner = rgb(live === 0 ? look.offline : look.dark ? dark : light);
    const halo = rgb(look.halo);
    const radius = look.radius_px * (quality === FIXED ? 1 : 1.18);
    const x_middle = side / 2 + ((phase % PHASES) + 0.5) / PHASES;
    const y_middle = side / 2 + (Math.floor(phase / PHASES) + 0.5) / PHASES;
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const distance = Math.hypot(x + 0.5 - x_middle, y + 0.5 - y_middle) - radius;
        const body = coverage(distance);
        const alpha = coverage(distance - look.rim_px) * OPACITY[live];
        let pixel = Math.round(alpha * 255) << 24;
        for (let c = 0; c < 3; c++) {
          pixel |= Math.round((halo[c] + (inner[c] - halo[c]) * body) * alpha * 255) << (8 * c);
        }
        this.sprites[at + y * side + x] = pixel >>> 0;
      }
    }
  }

  /** Premultiplied "over", two channels at a time. */
  private blit(from: number, to: number): void {
    const { pixels, sprites, side, width } = this;
    for (let y = 0; y < side; y++) {
      let s = from + y * side;
      let d = to + y * width;
      for (let x = 0; x < side; x++, s++, d++) {
        const source = sprites[s];
        if (source === 0) continue;
        const rest = 255 - (source >>> 24);
        const under = pixels[d];
        if (rest === 0 || under === 0) {
          pixels[d] = source;
          continue;
        }
        const even = (((under & 0xff00ff) * rest) / 256) & 0xff00ff;
        const odd = (((under >>> 8) & 0xff00ff) * rest) & 0xff00ff00;
        pixels[d] = source + even + (odd >>> 0);
      }
    }
  }
}

function coverage(distance_px: number): number {
  return Math.min(1, Math.max(0, 0.5 - distance_px));
}

/** Whether the GPU is emulated on the CPU, by the names under which browsers say so. */
export function isSoftwareRendered(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(renderer);
}
