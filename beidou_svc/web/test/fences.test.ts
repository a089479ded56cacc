import { describe, expect, it } from 'vitest';
import { boundsOfFence, type Fence, type FenceGeometry } from '../src/roads/fence';
import {
  type DraftFault,
  differences,
  draftOf,
  type FenceDraft,
  fenceOf,
  newDraft,
} from '../src/roads/fence_draft';
import { parsePlaces, textOf } from '../src/roads/places_text';

const ZONE = 'Asia/Shanghai';

const HOLE: FenceGeometry = {
  type: 'Polygon',
  coordinates: [
    [
      [114.9, 25.8],
      [115, 25.8],
      [115, 25.9],
      [114.9, 25.8],
    ],
    [
      [114.95, 25.82],
      [114.96, 25.82],
      [114.96, 25.83],
      [114.95, 25.82],
    ],
  ],
};

const SCHOOL: Fence = {
  type: 'Feature',
  id: 'school',
  geometry: HOLE,
  properties: {
    name: 'School',
    kinds: ['speeding', 'dwell'],
    speed_limit_kmh: 30,
    dwell_s: 60,
    groups: ['bus', 'taxi'],
    window: {
      zone: ZONE,
      weekly: [{ days: ['mon', 'fri'], from: '07:00', to: '18:00' }],
      exceptions: [{ date: '2026-10-01', open: [] }],
    },
    confirm_s: 2,
    version: 3,
    time: '2026-11-22T06:30:00.000Z',
    shape: 'area',
  },
};

function faultsOf(draft: FenceDraft): DraftFault[] {
  const made = fenceOf(draft);
  return 'faults' in made ? made.faults : [];
}

describe('places as text', () => {
  const shapes: [FenceGeometry, 'area' | 'circle' | 'corridor'][] = [
    [HOLE, 'area'],
    [{ type: 'MultiPolygon', coordinates: [HOLE.coordinates, HOLE.coordinates] }, 'area'],
    [{ type: 'Point', coordinates: [114.93, 25.83] }, 'circle'],
    [{ type: 'LineString', coordinates: HOLE.coordinates[0] }, 'corridor'],
    [{ type: 'MultiLineString', coordinates: HOLE.coordinates }, 'corridor'],
  ];

  it('come back as they went', () => {
    for (const [geometry, shape] of shapes)
      expect(parsePlaces(textOf(geometry), shape)).toEqual({ geometry });
  });

  it('have latitude first', () => {
    expect(textOf({ type: 'Point', coordinates: [114.93, 25.83] })).toBe('25.83, 114.93');
  });

  it('are read as people write them', () => {
    for (const text of ['25.83 114.93', '25.83°, 114.93°', ' 25.83;114.93 ', '25.83,114.93']) {
      const geometry = { type: 'Point', coordinates: [114.93, 25.83] };
      expect(parsePlaces(text, 'circle'), text).toEqual({ geometry });
    }
  });

  it('say in which line something is wrong', () => {
    expect(parsePlaces('25.8, 114.9\n25.9', 'corridor')).toEqual({ fault: { key: 'fault.line', line: 2 } });
    expect(parsePlaces('114.9, 25.8', 'circle')).toEqual({ fault: { key: 'fault.range', line: 1 } });
    expect(parsePlaces('1, 2\n3, 4', 'area')).toEqual({ fault: { key: 'fault.points', needed: 3 } });
    expect(parsePlaces('', 'area')).toEqual({ fault: { key: 'fault.points', needed: 3 } });
    expect(parsePlaces('1, 2\n3, 4', 'circle')).toEqual({ fault: { key: 'fault.one_place' } });
  });
});

describe('a draft', () => {
  it('gives back what it was made of, without what the service adds', () => {
    const { version: _v, time: _t, shape: _s, ...own } = SCHOOL.properties;
    expect(fenceOf(draftOf(SCHOOL, '"3"', 'UTC'))).toEqual({ fence: { ...SCHOOL, properties: own } });
  });

  it('names every fault by its field', () => {
    const draft: FenceDraft = {
      ...newDraft('circle', ZONE),
      radius_m: '-1',
      kinds: new Set(['speeding', 'dwell']),
      weekly: [
        { days: new Set(), from: '07:00', to: '18:00' },
        { days: new Set(['mon']), from: '07:00', to: '07:00' },
      ],
    };
    expect(faultsOf(draft).map((fault) => fault.field)).toEqual([
      'places',
      'radius_m',
      'speed_limit_kmh',
      'dwell_s',
      'weekly-0',
      'weekly-1',
    ]);
    expect(faultsOf({ ...draft, kinds: new Set() }).map((fault) => fault.field)).toContain('kinds');
  });

  it('keeps numbers only where they mean something', () => {
    const draft = { ...newDraft('corridor', ZONE), places: '25.8, 114.9\n25.9, 115', speed_limit_kmh: '40' };
    const made = fenceOf(draft);
    expect('fence' in made && made.fence.properties).toEqual({
      name: '',
      kinds: ['deviation'],
      groups: [],
      half_width_m: 15,
    });
  });
});

describe('two versions', () => {
  it('differ in what an operator can name', () => {
    const theirs: Fence = {
      ...SCHOOL,
      properties: { ...SCHOOL.properties, version: 4, speed_limit_kmh: 40, kinds: ['dwell', 'speeding'] },
    };
    expect(differences(SCHOOL, theirs)).toEqual(['speed_limit_kmh']);
  });
});

describe('bounds', () => {
  it('hold the radius', () => {
    const geometry: FenceGeometry = { type: 'Point', coordinates: [114.93, 25.83] };
    const fence: Fence = { type: 'Feature', geometry, properties: { radius_m: 1113.2 } };
    const [west, south, east, north] = boundsOfFence(fence);
    expect(north - south).toBeCloseTo(0.02, 6);
    expect(east - west).toBeGreaterThan(0.02);
  });
});
