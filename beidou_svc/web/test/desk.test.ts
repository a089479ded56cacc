import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Api } from '../src/api';
import { type Alarm, alarmed, alarms } from '../src/roads/alarms';
import * as desk from '../src/roads/desk';
import type { Fence } from '../src/roads/fence';

const CIRCLE: Fence = {
  type: 'Feature',
  id: 'depot',
  geometry: { type: 'Point', coordinates: [114.93, 25.83] },
  properties: { name: 'Depot', kinds: ['enter'], radius_m: 50, version: 3, time: '2026-11-22T06:30:00Z' },
};

interface Asked {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

/** A service of answers: each request takes the first answer for its method and path. */
class Service {
  asked: Asked[] = [];
  answers: [string, number, unknown, string?][] = [];

  fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const method = init.method ?? 'GET';
    const path = new URL(url).pathname;
    const body = init.body === undefined ? null : JSON.parse(String(init.body));
    this.asked.push({ method, path, headers: init.headers as Record<string, string>, body });
    const i = this.answers.findIndex(([to]) => to === `${method} ${path}`);
    const [, status, answer, etag] = i < 0 ? ['', 404, { title: 'nothing' }] : this.answers.splice(i, 1)[0];
    const text = status === 204 ? null : JSON.stringify(answer);
    return new Response(text, { status, headers: etag ? { ETag: etag } : {} });
  };

  last(): Asked {
    return this.asked.filter((each) => each.method !== 'GET').at(-1) as Asked;
  }
}

const all = (...features: Fence[]): unknown => ({ type: 'FeatureCollection', features });

function alarm(terminal: string, standing: boolean): Alarm {
  const end = standing ? null : '2026-11-22T06:40:00.000Z';
  return {
    kind: 'frame_gcj02',
    terminal,
    time: '2026-11-22T06:30:00.000Z',
    end,
    standing,
    evidence: 9,
    message: '',
  };
}

describe('the desk', () => {
  let service: Service;
  let made: desk.RoadsDesk;

  beforeEach(() => {
    service = new Service();
    vi.stubGlobal('fetch', service.fetch);
    made = new desk.RoadsDesk(new Api('http://test/', () => null), () => null);
    made.cancel();
  });
  afterEach(() => vi.unstubAllGlobals());

  it('stores a new fence and shows it', async () => {
    service.answers = [
      ['POST /v1/fences', 201, CIRCLE, '"1"'],
      ['GET /v1/fences', 200, all(CIRCLE)],
    ];
    made.begin('circle');
    const begun = desk.draft.value;
    desk.draft.value = begun && { ...begun, name: 'Depot', places: '25.83, 114.93', radius_m: '50' };
    expect(await made.save()).toBe(true);
    expect(service.last().body).toMatchObject({ geometry: CIRCLE.geometry, properties: { radius_m: 50 } });
    expect(service.last().headers['Content-Type']).toBe('application/geo+json');
    expect(desk.draft.value).toBeNull();
    expect(desk.fences.value).toEqual([CIRCLE]);
    expect(desk.selected_fence.value).toBe('depot');
  });

  it('asks nobody about what is plainly wrong', async () => {
    made.begin('area');
    expect(await made.save()).toBe(false);
    expect(desk.trouble.value).toMatchObject({ kind: 'faults' });
    expect(service.asked).toEqual([]);
  });

  it('replaces the version that was read and no other', async () => {
    service.answers = [
      ['GET /v1/fences/depot', 200, CIRCLE, '"3"'],
      ['PUT /v1/fences/depot', 200, CIRCLE, '"4"'],
      ['GET /v1/fences', 200, all(CIRCLE)],
    ];
    await made.edit('depot');
    expect(await made.save()).toBe(true);
    expect(service.last().headers['If-Match']).toBe('"3"');
  });

  const changed: Fence = { ...CIRCLE, properties: { ...CIRCLE.properties, name: 'Yard', version: 4 } };

  async function conflict(current: Fence | null): Promise<void> {
    service.answers = [
      ['GET /v1/fences/depot', 200, CIRCLE, '"3"'],
      [
        'PUT /v1/fences/depot',
        current ? 412 : 404,
        current ? { title: 'Changed', current } : { title: 'Gone' },
      ],
    ];
    await made.edit('depot');
    expect(await made.save()).toBe(false);
    expect(desk.trouble.value).toMatchObject({ kind: 'conflict', current });
  }

  it('lets an operator take what somebody else stored', async () => {
    await conflict(changed);
    made.takeTheirs();
    expect(desk.draft.value).toMatchObject({ name: 'Yard', etag: '"4"' });
    expect(desk.trouble.value).toBeNull();
  });

  it('lets an operator save over what somebody else stored, knowing it', async () => {
    await conflict(changed);
    service.answers = [
      ['PUT /v1/fences/depot', 200, CIRCLE, '"5"'],
      ['GET /v1/fences', 200, all(CIRCLE)],
    ];
    expect(await made.saveOverTheirs()).toBe(true);
    expect(service.last().headers['If-Match']).toBe('"4"');
  });

  it('makes a new fence of one that was deleted meanwhile', async () => {
    await conflict(null);
    service.answers = [
      ['POST /v1/fences', 201, { ...CIRCLE, id: 'new' }, '"1"'],
      ['GET /v1/fences', 200, all(CIRCLE)],
    ];
    expect(await made.saveOverTheirs()).toBe(true);
    expect(desk.selected_fence.value).toBe('new');
  });

  it('passes on every fault that the service names', async () => {
    const errors = [{ index: 0, field: 'geometry', message: 'the ring crosses itself' }];
    service.answers = [
      ['GET /v1/fences/depot', 200, CIRCLE, '"3"'],
      ['PUT /v1/fences/depot', 422, { title: 'Not valid', detail: 'the ring crosses itself', errors }],
    ];
    await made.edit('depot');
    await made.save();
    expect(desk.trouble.value).toMatchObject({ kind: 'refused', faults: errors });
  });

  it('deletes the version that was read', async () => {
    service.answers = [
      ['GET /v1/fences/depot', 200, CIRCLE, '"3"'],
      ['DELETE /v1/fences/depot', 204, null],
      ['GET /v1/fences', 200, all()],
    ];
    await made.edit('depot');
    expect(await made.remove()).toBe(true);
    expect(service.last().headers['If-Match']).toBe('"3"');
    expect(desk.fences.value).toEqual([]);
  });

  it('follows the network and the alarms as the live stream tells of them', async () => {
    vi.useFakeTimers();
    const socket = { send: () => undefined, close: () => undefined } as unknown as WebSocket;
    vi.stubGlobal(
      'WebSocket',
      class {
        constructor() {
          // biome-ignore lint/correctness/noConstructorReturn: the one socket of this test
          return socket;
        }
      },
    );
    const tell = async (message: unknown): Promise<void> => {
      socket.onmessage?.({ data: JSON.stringify(message) } as MessageEvent);
      await vi.advanceTimersByTimeAsync(1000);
    };
    const stop = (name: string): unknown => ({ features: [{ properties: { stops: [{ id: 's1', name }] } }] });
    service.answers = [
      ['GET /v1/fences', 200, all(CIRCLE)],
      ['GET /v1/networks', 200, { networks: [{ id: 'old', name: 'Old', active: true }] }],
      ['GET /v1/routes', 200, stop('Pier')],
      ['GET /v1/events', 200, { n: 0, next: null, seq: 0, events: [] }],
      ['GET /v1/alarms', 200, { n: 1, alarms: [alarm('gz-1', false)] }],
    ];
    await made.start();
    expect([desk.network.value, desk.stop_names.value.get('s1'), alarms.value]).toEqual(['old', 'Pier', []]);
    service.answers = [
      ['GET /v1/alarms', 200, { n: 2, alarms: [alarm('gz-2', true), alarm('gz-1', false)] }],
    ];
    await tell({ type: 'alarms', version: 2 });
    expect([...alarmed.value]).toEqual(['gz-2']);
    service.answers = [
      ['GET /v1/networks', 200, { networks: [{ id: 'new', name: 'New', active: true }] }],
      ['GET /v1/routes', 200, stop('Harbour')],
      ['GET /v1/fences', 200, all(changed)],
    ];
    await tell({ type: 'network', changes: 1 });
    expect([desk.network.value, desk.stop_names.value.get('s1')]).toEqual(['new', 'Harbour']);
    expect(desk.fences.value).toEqual([changed]);
    made.stop();
    expect(alarms.value).toEqual([]);
    vi.useRealTimers();
  });

  it('is closed where the service knows no fences', async () => {
    await made.start();
    expect(desk.fences.value).toBeNull();
    made.stop();
  });
});
