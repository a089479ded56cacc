import { describe, expect, it } from 'vitest';
import { markShown, NO_FILTER, orderByName, sortShown } from '../src/filter';
import { Fleet } from '../src/fleet';
import { clusterFleet } from '../src/map/clusters';
import { latitudeDeg, longitudeDeg, mercatorX, mercatorY } from '../src/map/mercator';
import { decodeFrame, type StreamFrame } from '../src/stream';
import { extendTrack, trackFromRecent } from '../src/track';
import { encodeFrame } from './frames';

const MISSING = -2147483648;

interface Row {
  slot: number;
  lat?: number;
  lon?: number;
  t_ms?: number;
  quality?: number;
  live?: number;
  speed?: number;
}

function frameOf(
  kind: 'full' | 'delta',
  rows: Row[],
  more: { gone?: number[]; t0_ms?: number } = {},
): StreamFrame {
  const column = (value: (r: Row) => number): number[] => rows.map(value);
  const degrees = (v: number | undefined): number => (v === undefined ? MISSING : Math.round(v * 1e7));
  return decodeFrame(
    encodeFrame({ kind, t0_ms: 1_000_000, ...more }, [
      { name: 'slot', dtype: 'u4', scale: 1, values: column((r) => r.slot) },
      { name: 'lat_deg', dtype: 'i4', scale: 1e-7, missing: MISSING, values: column((r) => degrees(r.lat)) },
      { name: 'lon_deg', dtype: 'i4', scale: 1e-7, missing: MISSING, values: column((r) => degrees(r.lon)) },
      { name: 't_ms', dtype: 'i4', scale: 1, missing: MISSING, values: column((r) => r.t_ms ?? 0) },
      {
        name: 'speed_mps',
        dtype: 'u2',
        scale: 0.01,
        missing: 65535,
        values: column((r) => r.speed ?? 65535),
      },
      { name: 'fix_quality', dtype: 'u1', scale: 1, values: column((r) => r.quality ?? 4) },
      { name: 'liveness', dtype: 'u1', scale: 1, values: column((r) => r.live ?? 2) },
    ]),
  );
}

const HERE = { lat: 25.83, lon: 114.93 };

describe('Fleet', () => {
  it('keeps what a delta does not mention, forgets what a full frame does not', () => {
    const fleet = new Fleet();
    fleet.apply(
      frameOf('full', [
        { slot: 0, ...HERE },
        { slot: 5, ...HERE, quality: 1 },
      ]),
      0,
    );
    fleet.apply(frameOf('delta', [{ slot: 0, ...HERE, quality: 5 }]), 100);
    expect(fleet.count().total).toBe(2);
    expect([fleet.fix_quality[0], fleet.fix_quality[5]]).toEqual([5, 1]);
    fleet.apply(frameOf('delta', [], { gone: [5] }), 200);
    expect(fleet.count().total).toBe(1);
    fleet.apply(frameOf('full', [{ slot: 9, ...HERE }]), 300);
    expect([fleet.present[0], fleet.present[9]]).toEqual([0, 1]);
  });

  it('glides from the place that is drawn to the new fix within the time between the fixes', () => {
    const fleet = new Fleet();
    fleet.apply(frameOf('full', [{ slot: 0, ...HERE }], { t0_ms: 1_000_000 }), 0);
    const east = { lat: HERE.lat, lon: HERE.lon + 0.0001 };
    fleet.apply(frameOf('delta', [{ slot: 0, ...east }], { t0_ms: 1_001_000 }), 1000);
    const drawn = [1000, 1500, 2000, 9000].map((now_ms) => longitudeDeg(fleet.drawnAt(0, now_ms)[0]));
    expect(drawn[0]).toBeCloseTo(HERE.lon, 7);
    expect(drawn[1]).toBeCloseTo(HERE.lon + 0.00005, 7);
    expect(drawn[2]).toBeCloseTo(east.lon, 7);
    expect(drawn[3]).toBeCloseTo(east.lon, 7);
  });

  it('jumps where gliding would be a flight over the town', () => {
    const fleet = new Fleet();
    fleet.apply(frameOf('full', [{ slot: 0, ...HERE }]), 0);
    fleet.apply(frameOf('delta', [{ slot: 0, lat: 26.5, lon: 115.5, t_ms: 1000 }]), 1000);
    expect(latitudeDeg(fleet.drawnAt(0, 1000)[1])).toBeCloseTo(26.5, 6);
  });

  it('leaves a terminal that lost its position where it was, and says so', () => {
    const fleet = new Fleet();
    fleet.apply(frameOf('full', [{ slot: 0, ...HERE }]), 0);
    fleet.apply(frameOf('delta', [{ slot: 0, quality: 0 }]), 1000);
    expect(fleet.lat_deg[0]).toBeNaN();
    expect(fleet.placed[0]).toBe(1);
    expect(latitudeDeg(fleet.y1[0])).toBeCloseTo(HERE.lat, 6);
  });

  it('never shows a terminal without a position at latitude 0, longitude 0', () => {
    const fleet = new Fleet();
    fleet.apply(frameOf('full', [{ slot: 0, quality: 0 }]), 0);
    expect(fleet.present[0]).toBe(1);
    expect(fleet.placed[0]).toBe(0);
  });

  it('counts a code outside its table as the worst one', () => {
    const fleet = new Fleet();
    fleet.apply(frameOf('full', [{ slot: 0, ...HERE, quality: 200, live: 77 }]), 0);
    expect([fleet.fix_quality[0], fleet.liveness[0]]).toEqual([0, 0]);
  });

  it('refuses a slot beyond its bound instead of allocating', () => {
    const fleet = new Fleet();
    fleet.apply(frameOf('full', [{ slot: 4_000_000_000, ...HERE }]), 0);
    expect(fleet.capacity).toBe(0);
    expect(fleet.refused_rows).toBe(1);
  });
});

function namedFleet(): Fleet {
  const fleet = new Fleet();
  const names = ['bus 10', 'bus 9', 'Taxi 1', 'bus 1'];
  fleet.setNames({ type: 'terminals', slot: [0, 1, 2, 3], id: ['a', 'b', 'c', 'd'], name: names } as never);
  fleet.apply(
    frameOf('full', [
      { slot: 0, ...HERE, quality: 4, speed: 500 },
      { slot: 1, ...HERE, quality: 1, speed: 900, live: 1 },
      { slot: 2, ...HERE, quality: 5 },
      { slot: 3, ...HERE, quality: 4, speed: 0, live: 0 },
    ]),
    0,
  );
  return fleet;
}

describe('filter and order', () => {
  const shownOf = (fleet: Fleet, filter = NO_FILTER): Uint8Array => {
    const shown = new Uint8Array(fleet.capacity);
    markShown(fleet, filter, shown, new Set());
    return shown;
  };

  it('puts names into natural order', () => {
    expect(Array.from(orderByName(namedFleet()))).toEqual([3, 1, 0, 2]);
  });

  it('sorts by value, ties by name, what is not known last', () => {
    const fleet = namedFleet();
    const order = orderByName(fleet);
    expect(Array.from(sortShown(fleet, shownOf(fleet), order, 'quality'))).toEqual([1, 2, 3, 0]);
    expect(Array.from(sortShown(fleet, shownOf(fleet), order, 'speed'))).toEqual([1, 0, 3, 2]);
  });

  it('filters by text in id or name, quality and liveness together', () => {
    const fleet = namedFleet();
    const hidden = { hidden_qualities: new Set([1]), hidden_liveness: new Set([0]) };
    const filter = { ...NO_FILTER, ...hidden, text: 'bus' };
    const shown = shownOf(fleet, filter);
    expect(Array.from(sortShown(fleet, shown, orderByName(fleet), 'name'))).toEqual([0]);
    expect(markShown(fleet, { ...NO_FILTER, text: 'd' }, shown, new Set())).toBe(1);
  });

  it('leaves those with an alarm, when nobody else is wanted', () => {
    const fleet = namedFleet();
    const shown = new Uint8Array(fleet.capacity);
    const alarmed = new Set([fleet.ids[2] ?? '', 'long gone']);
    expect(markShown(fleet, { ...NO_FILTER, only_alarmed: true }, shown, alarmed)).toBe(1);
    expect(shown[2]).toBe(1);
    expect(markShown(fleet, NO_FILTER, shown, alarmed)).toBe(4);
  });
});

describe('clusters', () => {
  it('counts every shown terminal exactly once: in a cluster or drawn', () => {
    const fleet = new Fleet();
    const rows = Array.from({ length: 500 }, (_, slot) => ({
      slot,
      lat: HERE.lat + 0.3 * Math.sin(slot * 12.9898),
      lon: HERE.lon + 0.3 * Math.sin(slot * 78.233),
      quality: slot % 6,
    }));
    fleet.apply(frameOf('full', rows), 0);
    const shown = new Uint8Array(fleet.capacity).fill(1, 0, 400);
    for (const zoom of [4, 8.5, 10, 11.4, 11.5, 15]) {
      const drawn = new Uint8Array(fleet.capacity);
      const clusters = clusterFleet(fleet, shown, zoom, drawn);
      const in_clusters = clusters.reduce((sum, c) => sum + c.n, 0);
      expect(in_clusters + drawn.reduce((a, b) => a + b, 0)).toBe(400);
      for (const c of clusters) expect(c.quality.reduce((a, b) => a + b, 0)).toBe(c.n);
      if (zoom >= 11.5) expect(clusters).toEqual([]);
    }
  });
});

describe('mercator', () => {
  it('goes there and back within a tenth of a millimetre', () => {
    for (const [lat, lon] of [
      [25.83, 114.93],
      [-54.8, -68.3],
      [0, 180],
    ]) {
      expect(latitudeDeg(mercatorY(lat))).toBeCloseTo(lat, 9);
      expect(longitudeDeg(mercatorX(lon))).toBeCloseTo(lon, 9);
    }
  });
});

describe('track', () => {
  it('grows by one point a second and keeps five minutes', () => {
    const fleet = new Fleet();
    let track = trackFromRecent({
      t_ms: [1_000_000],
      fix_quality: [4],
      speed_mps: [null],
      h_ell_m: [98],
      sigma_h_m: [0.01],
      lat_deg: [25.83],
      lon_deg: [114.93],
      sats_used: [30],
    }) as ReturnType<typeof extendTrack>;
    expect(track[0].speed_mps).toBeNaN();
    for (let s = 1; s <= 400; s++) {
      for (const part_ms of [0, 300]) {
        fleet.apply(
          frameOf('delta', [{ slot: 0, ...HERE }], { t0_ms: 1_000_000 + s * 1000 + part_ms }),
          s * 1000,
        );
        track = extendTrack(track, fleet, 0);
      }
    }
    expect(track).toHaveLength(301);
    expect(track[300].t_ms - track[0].t_ms).toBe(300_000);
  });
});
