/**
 * Small markers as lists of pixels, ready to be copied into an image: only those that are not empty, the solid ones
 * first, which need no look at what lies below them.
 */
import { FIXED, LIVENESS, QUALITY_COUNT, qualityOf } from '../quality';
import { rgb } from './gl';

/** Sprites exist for 4 by 4 positions within a pixel, so that slow movement is smooth. */
export const PHASES = 4;
const SPRITES = LIVENESS.length * QUALITY_COUNT * PHASES * PHASES;
const OPACITY = [0.6, 0.55, 1];

export interface DotLook {
  dark: boolean;
  radius_px: number;
  rim_px: number;
  halo: string;
  offline: string;
}

export class DotSprites {
  /** Sprites are squares of this many pixels. */
  side = 0;
  /** Sprite `s` has the pixels from `start[s]` to `start[s + 1]`; those before `blended[s]` are solid. */
  readonly start = new Uint32Array(SPRITES + 1);
  readonly blended = new Uint32Array(SPRITES);
  /** Place of a pixel, counted from the sprite's first in an image of the width asked for. */
  place = new Int32Array(0);
  /** Premultiplied RGBA. */
  colour = new Uint32Array(0);
  private made_for = '';

  /** Make the sprites for a look and a width of image, unless they are made already. */
  prepare(look: DotLook, width: number): void {
    const key = JSON.stringify([look, width]);
    if (key === this.made_for) return;
    this.made_for = key;
    this.side = Math.ceil(2 * (look.radius_px * 1.18 + look.rim_px)) + 2;
    this.place = new Int32Array(SPRITES * this.side ** 2);
    this.colour = new Uint32Array(SPRITES * this.side ** 2);
    let sprite = 0;
    for (let live = 0; live < LIVENESS.length; live++) {
      for (let quality = 0; quality < QUALITY_COUNT; quality++) {
        for (let phase = 0; phase < PHASES * PHASES; phase++) {
          this.keep(sprite++, drawSprite(this.side, look, live, quality, phase), width);
        }
      }
    }
  }

  private keep(sprite: number, pixels: Uint32Array, width: number): void {
    const { side } = this;
    let n = this.start[sprite];
    for (const solid of [true, false]) {
      for (let i = 0; i < pixels.length; i++) {
        if (pixels[i] === 0 || (pixels[i] >>> 24 === 255) !== solid) continue;
        this.place[n] = Math.floor(i / side) * width + (i % side);
        this.colour[n++] = pixels[i];
      }
      if (solid) this.blended[sprite] = n;
    }
    this.start[sprite + 1] = n;
  }
}

export function spriteOf(liveness: number, quality: number, x_phase: number, y_phase: number): number {
  return ((liveness * QUALITY_COUNT + quality) * PHASES + y_phase) * PHASES + x_phase;
}

function drawSprite(side: number, look: DotLook, live: number, quality: number, phase: number): Uint32Array {
  const { light, dark } = qualityOf(quality);
  const inner = rgb(live === 0 ? look.offline : look.dark ? dark : light);
  const halo = rgb(look.halo);
  const radius = look.radius_px * (quality === FIXED ? 1 : 1.18);
  const x_middle = side / 2 + ((phase % PHASES) + 0.5) / PHASES;
  const y_middle = side / 2 + (Math.floor(phase / PHASES) + 0.5) / PHASES;
  const pixels = new Uint32Array(side * side);
  for (let i = 0; i < pixels.length; i++) {
    const y = Math.floor(i / side);
    const distance = Math.hypot((i % side) + 0.5 - x_middle, y + 0.5 - y_middle) - radius;
    const body = coverage(distance);
    const alpha = coverage(distance - look.rim_px) * OPACITY[live];
    let pixel = Math.round(alpha * 255) << 24;
    for (let c = 0; c < 3; c++) {
      pixel |= Math.round((halo[c] + (inner[c] - halo[c]) * body) * alpha * 255) << (8 * c);
    }
    pixels[i] = pixel >>> 0;
  }
  return pixels;
}

function coverage(distance_px: number): number {
  return Math.min(1, Math.max(0, 0.5 - distance_px));
}
