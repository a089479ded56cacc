import { describe, expect, it } from 'vitest';
import { Fleet } from '../src/fleet';
import { Camera } from '../src/map/camera';
import { cutAround } from '../src/map/cut';
import { DotPainter, type Scene } from '../src/map/dot_painter';
import { FIXED, qualityOf } from '../src/quality';

const SIZE = 40;
const GROUND = 0xff808080;
const LOOK = { dark: false, radius_px: 4, rim_px: 1, halo: '#ffffff', offline: '#9aa3af' };

const VIEW = { width: SIZE, height: SIZE };

/** One online terminal with a fixed solution at a pixel of a view that shows the world from 0 to 1. */
function sceneOf(x_px: number, y_px: number): Scene {
  const fleet = new Fleet();
  fleet.setNames({ slot: [0], id: ['a'], name: [''] });
  fleet.x0[0] = fleet.x1[0] = x_px / SIZE;
  fleet.y0[0] = fleet.y1[0] = y_px / SIZE;
  fleet.fix_quality[0] = FIXED;
  fleet.liveness[0] = 2;
  const camera = new Camera();
  camera.set({
    matrix: [2, 0, 0, 0, 0, -2, 0, 0, 0, 0, 1, 0, -1, 1, 0, 1],
    zoom: 0,
    bearing_deg: 0,
    x: 0,
    y: 0,
  });
  return { fleet, order: Uint32Array.of(0), n: 1, camera, now_ms: 0, smooth: false, view: VIEW };
}

function paintOne(x_px: number, y_px: number, ground: Uint32Array | null): DotPainter {
  const painter = new DotPainter();
  painter.prepare(LOOK, SIZE, SIZE);
  painter.paint(sceneOf(x_px, y_px), { left: 0, top: 0, ...VIEW }, ground);
  return painter;
}

const at = (painter: DotPainter, x: number, y: number): number[] => [
  ...painter.bytes.subarray(4 * (y * SIZE + x), 4 * (y * SIZE + x) + 4),
];

describe('DotPainter', () => {
  it('paints a disc in the colour of the quality with a rim, and leaves the ground around it alone', () => {
    const ground = new Uint32Array(SIZE * SIZE).fill(GROUND);
    const painter = paintOne(20, 10, ground);
    const { light } = qualityOf(FIXED);
    const green = [1, 3, 5].map((i) => Number.parseInt(light.slice(i, i + 2), 16));
    expect(at(painter, 20, 10)).toEqual([...green, 255]);
    expect(at(painter, 24, 10)[0]).toBeGreaterThan(200);
    expect(at(painter, 27, 10)).toEqual([128, 128, 128, 255]);
    expect(at(painter, 20, 30)).toEqual([128, 128, 128, 255]);
  });

  it('blends its edge with the ground and stays opaque', () => {
    const painter = paintOne(20, 10, new Uint32Array(SIZE * SIZE).fill(GROUND));
    const alphas = new Set(Array.from(painter.pixels, (pixel) => pixel >>> 24));
    expect(Math.min(...alphas)).toBeGreaterThanOrEqual(254);
    expect(painter.pixels.filter((pixel) => pixel >>> 0 !== GROUND).length).toBeLessThan(110);
  });

  it('gives a transparent picture where there is no ground', () => {
    const painter = paintOne(20, 10, null);
    expect(at(painter, 0, 0)).toEqual([0, 0, 0, 0]);
    expect(at(painter, 20, 10)[3]).toBe(255);
  });

  it('moves by less than a pixel', () => {
    const whole = paintOne(20, 10, null).pixels.slice();
    expect(paintOne(20.5, 10, null).pixels).not.toEqual(whole);
    expect(paintOne(21, 10, null).pixels.subarray(1)).toEqual(whole.subarray(0, -1));
  });
});

describe('cutAround', () => {
  const cutOf = (x_px: number, y_px: number, view = VIEW): ReturnType<typeof cutAround> => {
    const { fleet, order, n, camera } = sceneOf(x_px, y_px);
    return cutAround(fleet, order, n, camera, view, 3);
  };

  it('keeps to the view and leaves out where nothing is, as much above as below', () => {
    expect(cutOf(10, 10)).toEqual({ left: 0, top: 0, width: 32, height: 40 });
    const tall = { width: SIZE, height: 200 };
    expect(cutOf(10, 20, tall)).toEqual({ left: 0, top: 72, width: 32, height: 56 });
    expect(cutOf(10, 36, tall)).toEqual({ left: 0, top: 8, width: 32, height: 184 });
  });

  it('is nothing where all is out of view, nobody is there, or there is no view', () => {
    expect(cutOf(-50, 10)).toBeNull();
    expect(cutOf(10, 10, { width: 0, height: 0 })).toBeNull();
    const { fleet, order, camera } = sceneOf(10, 10);
    expect(cutAround(fleet, order, 0, camera, VIEW, 3)).toBeNull();
  });

  it('shows the same pixels as the whole view does there', () => {
    const scene = sceneOf(20, 10);
    const whole = paintOne(20, 10, null);
    const painter = new DotPainter();
    painter.prepare(LOOK, 24, 20);
    painter.paint(scene, { left: 8, top: 0, width: 24, height: 20 }, null);
    for (let row = 0; row < 20; row++) {
      const expected = whole.pixels.subarray(row * SIZE + 8, row * SIZE + 32);
      expect(painter.pixels.subarray(row * 24, row * 24 + 24)).toEqual(expected);
    }
  });
});
