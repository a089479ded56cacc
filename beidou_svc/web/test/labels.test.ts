import type { Map as LibreMap } from 'maplibre-gl';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { redrawAsFontsCome } from '../src/map/labels';

class Fonts extends EventTarget {
  come(): void {
    this.dispatchEvent(new Event('loadingdone'));
  }
}

function mapWith(sources: string[] | null) {
  return {
    getStyle: () => sources && { sources: Object.fromEntries(sources.map((id) => [id, {}])) },
    getGlyphs: () => null,
    setGlyphs: vi.fn(),
    refreshTiles: vi.fn(),
  };
}

function watch(map: ReturnType<typeof mapWith>): [Fonts, () => void] {
  const fonts = new Fonts();
  return [fonts, redrawAsFontsCome(map as unknown as LibreMap, fonts as unknown as FontFaceSet)];
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('fonts that come together redraw every source once', () => {
  const map = mapWith(['base', 'fence']);
  const [fonts] = watch(map);
  fonts.come();
  fonts.come();
  vi.runAllTimers();
  expect(map.setGlyphs).toHaveBeenCalledExactlyOnceWith(null);
  expect(map.refreshTiles.mock.calls).toEqual([['base'], ['fence']]);
});

test('a map without a style yet, or one that is gone, is left alone', () => {
  const early = mapWith(null);
  watch(early)[0].come();
  const gone = mapWith(['base']);
  const [fonts, stop] = watch(gone);
  fonts.come();
  stop();
  fonts.come();
  vi.runAllTimers();
  expect(early.setGlyphs).not.toHaveBeenCalled();
  expect(gone.setGlyphs).not.toHaveBeenCalled();
});
