/**
 * The moving part of the picture on a canvas without WebGL, for a view at rest on a machine without a graphics card.
 * There even one pass of a shader over the view takes longer than painting ten thousand dots on the CPU, and the
 * cheapest way to the screen is an opaque image that is replaced as a whole: only then nothing is kept, blended or
 * copied. It lies above the canvas that shows the base map, and is no larger than it must be.
 */
import { type Cut, sameCut } from './cut';
import type { DotPainter } from './dot_painter';

export class StillPlane {
  private readonly canvas = document.createElement('canvas');
  private readonly context = this.canvas.getContext('2d', { alpha: false });
  /** The base map of the whole view as pixels, bottom row first, and the part of it that is used, top row first. */
  private view: Uint32Array | null = null;
  private ground: Uint32Array = new Uint32Array(0);
  private cut: Cut | null = null;

  constructor(above: HTMLCanvasElement) {
    this.canvas.className = 'fleet-still';
    this.canvas.setAttribute('aria-hidden', 'true');
    this.canvas.hidden = true;
    above.after(this.canvas);
  }

  get hasGround(): boolean {
    return this.view !== null;
  }

  /** Keep a picture of the base map, as WebGL reads it; null where it is no longer true. */
  setGround(view: Uint32Array | null): void {
    this.view = view;
    this.cut = null;
  }

  /** The base map in a part of the view that is `view_width` wide; `ratio` are device pixels in a CSS pixel. */
  groundOf(cut: Cut, view_width: number, ratio: number): Uint32Array {
    if (this.view && !(this.cut && sameCut(this.cut, cut))) {
      this.cut = cut;
      this.ground = cropped(this.view, view_width, cut);
      this.place(cut, ratio);
    }
    return this.ground;
  }

  show(picture: DotPainter): void {
    const { bytes, width, height } = picture;
    this.context?.putImageData(new ImageData(bytes, width, height), 0, 0);
    this.canvas.hidden = false;
  }

  hide(): void {
    this.canvas.hidden = true;
  }

  private place(cut: Cut, ratio: number): void {
    const { canvas } = this;
    canvas.width = cut.width;
    canvas.height = cut.height;
    canvas.style.left = `${cut.left / ratio}px`;
    canvas.style.top = `${cut.top / ratio}px`;
    canvas.style.width = `${cut.width / ratio}px`;
    canvas.style.height = `${cut.height / ratio}px`;
  }
}

function cropped(view: Uint32Array, view_width: number, cut: Cut): Uint32Array {
  const view_height = view.length / view_width;
  const ground = new Uint32Array(cut.width * cut.height);
  for (let row = 0; row < cut.height; row++) {
    const from = (view_height - 1 - cut.top - row) * view_width + cut.left;
    ground.set(view.subarray(from, from + cut.width), row * cut.width);
  }
  return ground;
}
