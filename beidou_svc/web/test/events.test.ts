import { describe, expect, it, vi } from 'vitest';
import { EventBook, type RoadEvent } from '../src/roads/events';
import { EventsClient, type EventsOptions } from '../src/roads/events_client';
import type { SocketLike } from '../src/stream';

function row(seq: number, event: string, more: Partial<RoadEvent> = {}): RoadEvent {
  return {
    seq,
    event,
    op: 'assert',
    kind: 'enter',
    terminal: 'gz-1',
    fence: 'school',
    time: '2026-11-22T06:30:00.000Z',
    cause_time: null,
    p: 0.99,
    lat_deg: null,
    lon_deg: null,
    sigma_m: null,
    value: null,
    unit: null,
    status: 'plain',
    ...more,
  };
}

const seen = (book: EventBook): [string, boolean][] => book.list().map((e) => [e.event, e.is_retracted]);

describe('the book of events', () => {
  it('marks what is taken back, whatever came first', () => {
    const rows = [row(1, 'a'), row(2, 'b'), row(3, 'a', { op: 'retract' })];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const book = new EventBook();
      for (const i of order) book.add([rows[i]]);
      expect(seen(book)).toEqual([
        ['a', true],
        ['b', false],
      ]);
      expect(book.seq).toBe(3);
    }
  });

  it('believes an event that is asserted again', () => {
    const book = new EventBook();
    book.add([row(1, 'a'), row(2, 'a', { op: 'retract' }), row(3, 'a', { p: 0.7 })]);
    expect(seen(book)).toEqual([['a', false]]);
  });

  it('takes over that an old row no longer stands', () => {
    const book = new EventBook();
    book.add([row(1, 'a', { standing: false })]);
    expect(seen(book)).toEqual([['a', true]]);
  });

  it('says what is news: neither what it knows nor what was taken back', () => {
    const book = new EventBook();
    expect(book.add([row(1, 'a')]).map((e) => e.event)).toEqual(['a']);
    expect(book.add([row(1, 'a'), row(2, 'b', { op: 'retract' })])).toEqual([]);
  });

  it('has the latest first and an end', () => {
    const book = new EventBook();
    const time = (i: number): string => new Date(1e12 + i * 1000).toISOString();
    book.add(Array.from({ length: 2100 }, (_, i) => row(i, `e${i}`, { time: time(i) })));
    const list = book.list();
    expect(list.length).toBe(2000);
    expect(list[0].event).toBe('e2099');
  });
});

class Socket implements SocketLike {
  sent: unknown[] = [];
  binaryType: BinaryType = 'blob';
  onopen: WebSocket['onopen'] = null;
  onmessage: WebSocket['onmessage'] = null;
  onclose: WebSocket['onclose'] = null;
  send(data: unknown): void {
    this.sent.push(JSON.parse(String(data)));
  }
  close(): void {}
  open(): void {
    this.onopen?.call(this as unknown as WebSocket, {} as Event);
  }
  tell(message: unknown): void {
    this.onmessage?.call(this as unknown as WebSocket, { data: JSON.stringify(message) } as MessageEvent);
  }
  end(code: number): void {
    this.onclose?.call(this as unknown as WebSocket, { code } as CloseEvent);
  }
}

function connected(): { client: EventsClient; sockets: Socket[]; told: string[] } {
  const sockets: Socket[] = [];
  const told: string[] = [];
  const options: EventsOptions = {
    url: 'ws://test/v1/events/stream',
    token: () => 'secret',
    onEvents: (events) => told.push(`events ${events.length}`),
    onRestart: () => told.push('restart'),
    onGap: (from, to) => told.push(`gap ${from} ${to}`),
    onFencesChanged: (version) => told.push(`fences ${version}`),
    onAlarmsChanged: () => told.push('alarms'),
    onNetworkChanged: () => told.push('network'),
    onPhase: (phase) => told.push(phase),
    random: () => 0,
    openSocket: () => {
      const socket = new Socket();
      sockets.push(socket);
      return socket;
    },
  };
  const client = new EventsClient(options);
  client.start();
  sockets[0].open();
  return { client, sockets, told };
}

describe('the stream of events', () => {
  it('goes on after a break where it ended', () => {
    vi.useFakeTimers();
    const { client, sockets, told } = connected();
    expect(sockets[0].sent).toEqual([{ type: 'subscribe', token: 'secret' }]);
    sockets[0].tell({ type: 'hello', boot: 'one', seq: 4 });
    sockets[0].tell({ type: 'events', seq: 7, events: [row(6, 'a'), row(7, 'b')] });
    sockets[0].tell({ type: 'gap', from_seq: 1, to_seq: 5 });
    sockets[0].tell({ type: 'fences', version: 13 });
    sockets[0].tell({ type: 'alarms', version: 2 });
    sockets[0].tell({ type: 'network', changes: 1 });
    sockets[0].end(1006);
    vi.advanceTimersByTime(1000);
    sockets[1].open();
    expect(sockets[1].sent).toEqual([{ type: 'subscribe', token: 'secret', since: 7 }]);
    sockets[1].tell({ type: 'hello', boot: 'two', seq: 0 });
    expect(client.seq).toBeNull();
    const all = [
      'connecting',
      'live',
      'events 2',
      'gap 1 5',
      'fences 13',
      'alarms',
      'network',
      'waiting',
      'connecting',
      'restart',
      'live',
    ];
    expect(told).toEqual(all);
    vi.useRealTimers();
  });

  it('does not knock where nothing is to be had', () => {
    vi.useFakeTimers();
    for (const code of [4401, 4400, 4404]) {
      const { sockets, told } = connected();
      sockets[0].end(code);
      vi.advanceTimersByTime(60_000);
      expect(sockets.length).toBe(1);
      expect(told.at(-1)).toBe('refused');
    }
    vi.useRealTimers();
  });

  it('skips what it does not understand', () => {
    const { sockets, told } = connected();
    sockets[0].tell({ type: 'weather' });
    sockets[0].onmessage?.call(sockets[0] as unknown as WebSocket, { data: '{' } as MessageEvent);
    expect(told).toEqual(['connecting']);
  });
});
