import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  CLOSE_BAD_TOKEN,
  decodeFrame,
  retryDelayMs,
  type SocketLike,
  StreamClient,
  StreamFormatError,
  type StreamState,
} from '../src/stream';
import { encodeFrame } from './frames';

describe('decodeFrame', () => {
  it('gives the columns with their scale and what is missing', () => {
    const frame = decodeFrame(
      encodeFrame({ kind: 'full', seq: 7, resume: 'b:7', gone: [3] }, [
        { name: 'slot', dtype: 'u4', scale: 1, values: [0, 70_000] },
        { name: 'lat_deg', dtype: 'i4', scale: 1e-7, missing: -2147483648, values: [258300000, -2147483648] },
        { name: 'fix_quality', dtype: 'u1', scale: 1, values: [4, 0] },
      ]),
    );
    expect(frame.kind).toBe('full');
    expect(frame.gone).toEqual([3]);
    expect(Array.from(frame.columns.get('slot')?.data ?? [])).toEqual([0, 70_000]);
    const lat = frame.columns.get('lat_deg');
    expect((lat?.data[0] ?? 0) * (lat?.scale ?? 0)).toBeCloseTo(25.83, 9);
    expect(lat?.data[1]).toBe(lat?.missing);
  });

  it('reads columns that are not aligned to their size', () => {
    const message = encodeFrame({ kind: 'delta' }, [
      { name: 'fix_quality', dtype: 'u1', scale: 1, values: [4] },
      { name: 'speed_mps', dtype: 'u2', scale: 0.01, values: [1234], align: 1 },
    ]);
    expect(decodeFrame(message).columns.get('speed_mps')?.data[0]).toBe(1234);
  });

  it('refuses every message cut short, whatever its length', () => {
    const whole = encodeFrame({ kind: 'full' }, [{ name: 'slot', dtype: 'u4', scale: 1, values: [1, 2, 3] }]);
    for (let n = 0; n < whole.byteLength; n++) {
      expect(() => decodeFrame(whole.slice(0, n))).toThrow(StreamFormatError);
    }
  });

  it('refuses another magic word and an unknown type', () => {
    const whole = encodeFrame({ kind: 'full' }, [{ name: 'slot', dtype: 'u4', scale: 1, values: [1] }]);
    new Uint8Array(whole)[0] = 0x58;
    expect(() => decodeFrame(whole)).toThrow(/BDF1/);
    const odd = encodeFrame({ kind: 'full' }, [{ name: 'x', dtype: 'u4', scale: 1, values: [1] }], 'c8');
    expect(() => decodeFrame(odd)).toThrow(/c8/);
  });
});

class FakeSocket implements SocketLike {
  binaryType: BinaryType = 'blob';
  onopen: SocketLike['onopen'] = null;
  onmessage: SocketLike['onmessage'] = null;
  onclose: SocketLike['onclose'] = null;
  sent: Record<string, unknown>[] = [];
  closed = false;
  send(data: Parameters<WebSocket['send']>[0]): void {
    this.sent.push(JSON.parse(data as string));
  }
  close(): void {
    this.closed = true;
  }
  open(): void {
    this.onopen?.call(this as never, {} as Event);
  }
  say(data: string | ArrayBuffer): void {
    this.onmessage?.call(this as never, { data } as MessageEvent);
  }
  drop(code: number): void {
    this.onclose?.call(this as never, { code, reason: '' } as CloseEvent);
  }
}

const hello = (boot: string): string =>
  JSON.stringify({
    type: 'hello',
    server: '0',
    boot,
    interval_ms: 100,
    frame: { datum: 'CGCS2000', epoch: 2000 },
  });
const full = (resume: string): ArrayBuffer => encodeFrame({ kind: 'full', resume }, []);
const delta = (resume: string): ArrayBuffer => encodeFrame({ kind: 'delta', resume }, []);

describe('StreamClient', () => {
  let sockets: FakeSocket[];
  let states: StreamState[];
  let boots: boolean[];
  let token: string | null;
  let client: StreamClient;

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    sockets = [];
    states = [];
    boots = [];
    token = null;
    client = new StreamClient({
      url: 'ws://test/v1/stream',
      token: () => token,
      random: () => 0,
      openSocket: () => {
        sockets.push(new FakeSocket());
        return sockets[sockets.length - 1];
      },
      onState: (state) => states.push(state),
      onHello: (_hello, changed) => boots.push(changed),
    });
  });
  afterEach(() => {
    client.stop();
    vi.useRealTimers();
  });

  it('speaks first, with the token, and is live after the hello', () => {
    token = 'secret';
    client.start();
    sockets[0].open();
    expect(sockets[0].sent).toEqual([{ type: 'subscribe', token: 'secret' }]);
    sockets[0].say(hello('a'));
    expect(states.at(-1)).toEqual({ phase: 'live', resumed: false });
  });

  it('begins with everything when what it received was thrown away', () => {
    client.start();
    sockets[0].open();
    sockets[0].say(hello('a'));
    sockets[0].say(full('a:1'));
    client.stop();
    client.forget();
    client.start();
    sockets[1].open();
    expect(sockets[1].sent).toEqual([{ type: 'subscribe' }]);
  });

  it('resumes after a break and says so', () => {
    client.start();
    sockets[0].open();
    sockets[0].say(hello('a'));
    sockets[0].say(full('a:1'));
    sockets[0].drop(1006);
    expect(states.at(-1)).toMatchObject({ phase: 'waiting', attempt: 1, retry_at_ms: 1_000_500, code: 1006 });
    vi.advanceTimersByTime(500);
    sockets[1].open();
    expect(sockets[1].sent[0]).toMatchObject({ resume: 'a:1' });
    sockets[1].say(hello('a'));
    sockets[1].say(delta('a:2'));
    expect(states.at(-1)).toEqual({ phase: 'live', resumed: true });
    expect(boots).toEqual([false, false]);
  });

  it('says that the service was started anew, and does not claim to have resumed', () => {
    client.start();
    sockets[0].open();
    sockets[0].say(hello('a'));
    sockets[0].say(full('a:1'));
    client.start();
    sockets[1].open();
    sockets[1].say(hello('b'));
    sockets[1].say(full('b:1'));
    expect(boots).toEqual([false, true]);
    expect(states.at(-1)).toEqual({ phase: 'live', resumed: false });
    expect(sockets[0].closed).toBe(true);
  });

  it('waits longer after every failure, up to a bound, and starts over after success', () => {
    const delays = Array.from({ length: 8 }, (_, attempt) => retryDelayMs(attempt, () => 0));
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    expect(retryDelayMs(3, () => 1)).toBe(2000);
    client.start();
    sockets[0].drop(1006);
    vi.advanceTimersByTime(500);
    sockets[1].drop(1006);
    expect(states.at(-1)).toMatchObject({ attempt: 2 });
    vi.advanceTimersByTime(1000);
    sockets[2].open();
    sockets[2].say(hello('a'));
    sockets[2].drop(1013);
    expect(states.at(-1)).toMatchObject({ phase: 'waiting', attempt: 1, code: 1013 });
  });

  it('does not try again with a token that was refused', () => {
    client.start();
    sockets[0].drop(CLOSE_BAD_TOKEN);
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    expect(states.at(-1)).toMatchObject({ phase: 'refused' });
  });

  it('asks for a full picture when the filter changes', () => {
    client.start();
    sockets[0].open();
    sockets[0].say(hello('a'));
    sockets[0].say(full('a:1'));
    client.filter({ quality: [4] });
    expect(sockets[0].sent[1]).toEqual({ type: 'subscribe', quality: [4] });
  });

  it('survives a message that is no frame', () => {
    client.start();
    sockets[0].open();
    sockets[0].say(hello('a'));
    sockets[0].say(new ArrayBuffer(3));
    sockets[0].say('{');
    expect(states.at(-1)).toMatchObject({ phase: 'live' });
  });
});
