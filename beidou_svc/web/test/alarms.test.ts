import { describe, expect, it } from 'vitest';
import { toGcj02 } from '../src/frames/gcj02';
import { shiftM } from '../src/roads/alarms';

describe('how far GCJ-02 puts a terminal off', () => {
  it('is what docs/frames.md says of the region, in tens of metres', () => {
    for (const place of [
      [114.93, 25.83],
      [114.7, 25.6],
      [115.2, 26.0],
    ] as const) {
      const shift_m = shiftM(toGcj02(place));
      expect(shift_m).toBeGreaterThanOrEqual(550);
      expect(shift_m).toBeLessThanOrEqual(660);
      expect(shift_m % 10).toBe(0);
    }
  });

  it('is nothing outside China, and not known without a place', () => {
    expect(shiftM([10, 50])).toBe(0);
    expect(shiftM([Number.NaN, Number.NaN])).toBeNaN();
  });
});
