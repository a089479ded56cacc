import { describe, expect, it } from 'vitest';
import { project, type Zone, zoneOf } from '../src/frames/gauss_kruger';
import { fromGcj02, toGcj02 } from '../src/frames/gcj02';
import { frameName, placeText } from '../src/frames/readout';

/** True and GCJ-02, latitude first: the public points of tests/unit/datums/test_gcj02_bd09.py. */
const PAIRS = [
  [31.1774276, 121.5272106, 31.17530398364597, 121.531541859215],
  [22.543847, 113.912316, 22.54079613169477, 113.9171764808363],
  [39.911954, 116.377817, 39.91334545536069, 116.38404722455657],
  [25.831, 114.935, 25.82781828688768, 114.93972742518936],
];

describe('GCJ-02', () => {
  it('is the public formula', () => {
    for (const [lat, lon, lat_gcj, lon_gcj] of PAIRS) {
      const [east, north] = toGcj02([lon, lat]);
      expect(north).toBeCloseTo(lat_gcj, 9);
      expect(east).toBeCloseTo(lon_gcj, 9);
    }
  });

  it('is undone to a tenth of a micrometre', () => {
    for (const [lat, lon] of PAIRS) {
      const [lon_back, lat_back] = fromGcj02(toGcj02([lon, lat]));
      expect(Math.abs(lat_back - lat)).toBeLessThan(1e-12);
      expect(Math.abs(lon_back - lon)).toBeLessThan(1e-12);
    }
  });

  it('leaves the rest of the world alone', () => {
    expect(toGcj02([8.5, 47.4])).toEqual([8.5, 47.4]);
  });
});

describe('Gauss-Krüger', () => {
  it('is what the service computes, to a tenth of a millimetre', () => {
    const expected: [number, number, number][] = [
      [4547, 593245.63533762, 2858330.57669879],
      [4526, 38593245.63533762, 2858330.57669879],
      [4548, 292430.74837808, 2859635.00021171],
      [4509, 292430.74837808, 2859635.00021171],
    ];
    for (const [epsg, east_m, north_m] of expected) {
      const [east, north] = project([114.93, 25.83], zoneOf(epsg) as Zone);
      expect(Math.abs(east - east_m), String(epsg)).toBeLessThan(1e-4);
      expect(Math.abs(north - north_m), String(epsg)).toBeLessThan(1e-4);
    }
  });

  it('has no zones but those of CGCS2000', () => {
    expect(zoneOf(4326)).toBeNull();
    expect(zoneOf(4490)).toBeNull();
    expect(zoneOf(4555)).toBeNull();
    expect(zoneOf(4554)?.meridian_deg).toBe(135);
  });
});

describe('readout', () => {
  it('names its frame', () => {
    expect(frameName('geodetic', 4547)).toBe('CGCS2000@2000.0');
    expect(frameName('grid', 4547)).toBe('EPSG:4547');
    expect(frameName('gcj02', 4547)).toBe('GCJ-02');
  });

  it('has latitude and northing first', () => {
    expect(placeText([114.93, 25.83], 'geodetic', 4547)).toBe('25.830000° N  114.930000° E');
    expect(placeText([114.93, 25.83], 'grid', 4547)).toBe('N 2858330.6  E 593245.6 m');
    expect(placeText([114.93, 25.83], 'gcj02', 4547)).toBe('25.826812° N  114.934719° E');
  });
});
