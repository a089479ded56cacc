import { describe, expect, it } from 'vitest';
import * as format from '../src/format';
import { en } from '../src/i18n/en';
import { zh } from '../src/i18n/zh';
import { graticule, graticuleStepDeg } from '../src/map/graticule';
import { QUALITIES, QUALITY_COUNT } from '../src/quality';
import { roundScale, runs } from '../src/ui/plot_scale';

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

describe('catalogues', () => {
  it('have the same keys, none of them empty', () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    for (const catalogue of [en, zh]) {
      for (const [key, text] of Object.entries(catalogue)) expect(text, key).not.toBe('');
    }
  });

  it('use the same values in every text', () => {
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
      expect(placeholders(zh[key]), key).toEqual(placeholders(en[key]));
    }
  });

  it('are both translated', () => {
    const same = (Object.keys(en) as (keyof typeof en)[]).filter((key) => en[key] === zh[key]);
    // Proper names and a reason that is passed through.
    expect(same).toEqual([
      'head.utc',
      'qual.hdop',
      'qual.pdop',
      'qual.vdop',
      'system.G',
      'system.R',
      'system.E',
      'system.J',
      'system.I',
      'system.S',
      'error.body',
    ]);
  });

  it('name every fix quality', () => {
    expect(new Set(QUALITIES.map((q) => q.value)).size).toBe(QUALITY_COUNT);
    for (const quality of QUALITIES) {
      expect(en).toHaveProperty([quality.key]);
      expect(en).toHaveProperty([`${quality.key}.long`]);
    }
  });
});

describe('format', () => {
  it('never shows a value that is not known as a number', () => {
    for (const value of [null, undefined, Number.NaN]) {
      expect(format.fixed(value, 3, 'm')).toBe('–');
      expect(format.sigma(value)).toBe('–');
      expect(format.speedKmh(value)).toBe('–');
      expect(format.count(value)).toBe('–');
    }
  });

  it('does not round to 100 % what is not all, nor to 0 % what is not none', () => {
    expect(format.percent(9999, 10_000)).toBe('99.9 %');
    expect(format.percent(10_000, 10_000)).toBe('100.0 %');
    expect(format.percent(3, 10_000)).toBe('< 0.1 %');
    expect(format.percent(0, 10_000)).toBe('0.0 %');
    expect(format.percent(0, 0)).toBe('–');
  });

  it('gives a length the unit that fits it', () => {
    expect([0.012, 0.18, 1.84, 23.4].map(format.sigma)).toEqual(['12 mm', '18 cm', '1.8 m', '23 m']);
  });

  it('gives a distance the unit that fits it', () => {
    expect([4.26, 812, 4812.3].map(format.distance)).toEqual(['4.3 m', '812.0 m', '4.81 km']);
    expect(format.distance(null)).toBe('–');
  });

  it('tells spans with their two largest units', () => {
    expect([42, 185, 7800, 270_000].map(format.duration)).toEqual([
      '42 s',
      '3 min 05 s',
      '2 h 10 min',
      '3 d 3 h',
    ]);
  });
});

describe('plot scale', () => {
  it('has round edges that hold all values', () => {
    const scale = roundScale([3.2, 61.7, Number.NaN], 3, 10, 0);
    expect(scale.low).toBe(0);
    expect(scale.high).toBeGreaterThanOrEqual(61.7);
    expect(scale.ticks.every((tick) => Number.isInteger(tick / 10) || Number.isInteger(tick / 25))).toBe(
      true,
    );
  });

  it('does not blow noise up', () => {
    const scale = roundScale([98.5, 98.501], 3, 0.2);
    expect(scale.high - scale.low).toBeGreaterThanOrEqual(0.2);
  });

  it('breaks lines at gaps in time and at values that are not known', () => {
    const nan = Number.NaN;
    expect(runs([1, 2, nan, 4, 5, 6], [0, 1, 2, 3, 4, 9], 3)).toEqual([
      [0, 2],
      [3, 5],
      [5, 6],
    ]);
  });
});

describe('graticule', () => {
  it('has a readable number of lines at every zoom', () => {
    for (const span of [300, 40, 3, 0.5, 0.03]) {
      const bounds = [114.93 - span / 2, 25.83 - span / 4, 114.93 + span / 2, 25.83 + span / 4] as const;
      const n = graticule(bounds).features.length;
      expect(n).toBeGreaterThanOrEqual(3);
      expect(n).toBeLessThanOrEqual(48);
      expect(graticuleStepDeg(bounds)).toBeLessThan(span);
    }
  });
});
