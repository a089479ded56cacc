/**
 * Client of the live stream (`WS /v1/stream`, docs/stream.md): decodes frames into typed columns and keeps
 * the connection alive. It knows nothing of maps or pages and has no dependency, so it can be copied as it is.
 *
 *     const client = new StreamClient({ url: 'ws://host/v1/stream', onFrame: (f) => console.log(f.kind, f.n) });
 *     client.start();
 */

/** Element types a column may have; all little-endian. */
export type Dtype = 'u1' | 'i1' | 'u2' | 'i2' | 'u4' | 'i4' | 'f4' | 'f8';
export type ColumnArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** One column: `value = data[i] * scale`, except where `data[i] === missing`. */
export interface StreamColumn {
  data: ColumnArray;
  scale: number;
  missing: number | null;
}

export interface StreamFrame {
  kind: 'full' | 'delta';
  seq: number;
  resume: string;
  /** UTC, Unix milliseconds, of the newest row. */
  t0_ms: number;
  n: number;
  columns: ReadonlyMap<string, StreamColumn>;
  /** Slots that left the filter or the service. */
  gone: readonly number[];
}

export interface Hello {
  server: string;
  boot: string;
  interval_ms: number;
  frame: { datum: string; epoch: number };
}

export interface Names {
  slot: number[];
  id: string[];
  name: string[];
}

export interface Subscription {
  interval_ms?: number;
  bbox?: readonly [number, number, number, number] | null;
  quality?: readonly number[] | null;
  columns?: readonly 'road'[] | null;
}

export type StreamState =
  | { phase: 'connecting'; attempt: number }
  | { phase: 'live'; resumed: boolean }
  | { phase: 'waiting'; attempt: number; retry_at_ms: number; code: number; reason: string }
  | { phase: 'refused'; code: number; reason: string }
  | { phase: 'stopped' };

/** A message from the server that does not follow docs/stream.md. */
export class StreamFormatError extends Error {
  override name = 'StreamFormatError';
}

const ARRAY_OF: Record<
  Dtype,
  { new (b: ArrayBuffer, o: number, n: number): ColumnArray; BYTES_PER_ELEMENT: number }
> = {
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  f4: Float32Array,
  f8: Float64Array,
};

const MAGIC = 0x31464442; // "BDF1", read as little-endian u32
const PREFIX_BYTES = 8;

interface HeaderColumn {
  name: string;
  dtype: Dtype;
  offset: number;
  scale: number;
  missing?: number;
}

/** Decode one binary message. Columns are views into `message` (copied only where the offset is not aligned). */
export function decodeFrame(message: ArrayBuffer): StreamFrame {
  if (message.byteLength < PREFIX_BYTES) throw new StreamFormatError('frame shorter than its prefix');
  const prefix = new DataView(message, 0, PREFIX_BYTES);
  if (prefix.getUint32(0, true) !== MAGIC) throw new StreamFormatError('frame does not start with BDF1');
  const header_bytes = prefix.getUint32(4, true);
  if (PREFIX_BYTES + header_bytes > message.byteLength)
    throw new StreamFormatError('frame header is cut off');
  const text = new TextDecoder().decode(new Uint8Array(message, PREFIX_BYTES, header_bytes));
  const header = parseJson(text) as Omit<StreamFrame, 'columns'> & { columns: HeaderColumn[] };
  const columns = new Map<string, StreamColumn>();
  for (const c of header.columns) {
    const data = viewColumn(message, c, header.n);
    columns.set(c.name, { data, scale: c.scale, missing: c.missing ?? null });
  }
  return { ...header, gone: header.gone ?? [], columns };
}

function viewColumn(message: ArrayBuffer, column: HeaderColumn, n: number): ColumnArray {
  const View = ARRAY_OF[column.dtype];
  if (!View) throw new StreamFormatError(`column ${column.name} has unknown type ${column.dtype}`);
  const end = column.offset + n * View.BYTES_PER_ELEMENT;
  if (end > message.byteLength) throw new StreamFormatError(`column ${column.name} is cut off`);
  if (column.offset % View.BYTES_PER_ELEMENT === 0) return new View(message, column.offset, n);
  return new View(message.slice(column.offset, end), 0, n);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StreamFormatError('message is not valid JSON');
  }
}

/** Close codes of the server (docs/stream.md); every other code is a lost connection. */
export const CLOSE_BAD_MESSAGE = 4400;
export const CLOSE_BAD_TOKEN = 4401;

const RETRY_DELAY_MS_MIN = 500;
const RETRY_DELAY_MS_MAX = 15_000;

/** The part of WebSocket that the client uses; tests hand in their own. */
export type SocketLike = Pick<
  WebSocket,
  'send' | 'close' | 'binaryType' | 'onopen' | 'onmessage' | 'onclose'
>;

export interface StreamOptions {
  url: string;
  subscription?: Subscription;
  /** Asked at every connection, so that a renewed token is used. */
  token?: () => string | null;
  onHello?: (hello: Hello, boot_changed: boolean) => void;
  onNames?: (names: Names) => void;
  onFrame?: (frame: StreamFrame) => void;
  onState?: (state: StreamState) => void;
  onFormatError?: (error: StreamFormatError) => void;
  openSocket?: (url: string) => SocketLike;
  now_ms?: () => number;
  random?: () => number;
}

/**
 * Keeps one subscription alive: reconnects with growing, jittered delays and resumes with the last token, so
 * that a short break costs only the rows that changed meanwhile. A bad token stops it until `start()` is called
 * again; nothing else does.
 */
export class StreamClient {
  private socket: SocketLike | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private attempt = 0;
  private resume: string | null = null;
  private boot: string | null = null;
  private first_frame = true;
  private subscription: Subscription;
  private state: StreamState = { phase: 'stopped' };
  /** When the last message came, by `now_ms`; lets the owner notice a connection that is open but dead. */
  last_message_ms = 0;

  constructor(private readonly options: StreamOptions) {
    this.subscription = options.subscription ?? {};
  }

  /** Connect now, whatever the state was. */
  start(): void {
    this.abandon();
    this.setState({ phase: 'connecting', attempt: this.attempt });
    const open = this.options.openSocket ?? ((url) => new WebSocket(url));
    const socket = open(this.options.url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.subscribe();
    socket.onmessage = (event) => this.receive(event.data as string | ArrayBuffer);
    socket.onclose = (event) => this.closed(event.code, event.reason);
    this.socket = socket;
    this.first_frame = true;
    this.last_message_ms = this.now_ms();
  }

  stop(): void {
    this.abandon();
    this.setState({ phase: 'stopped' });
  }

  /** Begin with everything at the next connection: what was received is thrown away. */
  forget(): void {
    this.resume = null;
  }

  /** Replace the filter on the open socket; the server answers with a full frame. */
  filter(subscription: Subscription): void {
    this.subscription = subscription;
    this.resume = null;
    if (this.state.phase === 'live') this.subscribe();
  }

  private subscribe(): void {
    const token = this.options.token?.() ?? null;
    this.socket?.send(
      JSON.stringify({
        type: 'subscribe',
        ...this.subscription,
        ...(token ? { token } : {}),
        ...(this.resume ? { resume: this.resume } : {}),
      }),
    );
  }

  private receive(data: string | ArrayBuffer): void {
    this.last_message_ms = this.now_ms();
    try {
      if (typeof data === 'string') this.receiveText(data);
      else this.receiveFrame(decodeFrame(data));
    } catch (error) {
      if (!(error instanceof StreamFormatError)) throw error;
      this.options.onFormatError?.(error);
    }
  }

  private receiveText(text: string): void {
    const message = parseJson(text) as { type?: string };
    if (message.type === 'hello') {
      const hello = message as unknown as Hello;
      const boot_changed = this.boot !== null && this.boot !== hello.boot;
      this.boot = hello.boot;
      this.attempt = 0;
      this.options.onHello?.(hello, boot_changed);
      this.setState({ phase: 'live', resumed: false });
    } else if (message.type === 'terminals') {
      this.options.onNames?.(message as unknown as Names);
    }
  }

  private receiveFrame(frame: StreamFrame): void {
    if (this.first_frame) {
      this.first_frame = false;
      // A first frame that is a delta means that the server took up where the last connection ended.
      if (frame.kind === 'delta') this.setState({ phase: 'live', resumed: true });
    }
    this.resume = frame.resume;
    this.options.onFrame?.(frame);
  }

  private closed(code: number, reason: string): void {
    this.socket = null;
    if (code === CLOSE_BAD_TOKEN || code === CLOSE_BAD_MESSAGE) {
      this.setState({ phase: 'refused', code, reason });
      return;
    }
    const delay_ms = retryDelayMs(this.attempt, this.options.random ?? Math.random);
    this.attempt += 1;
    const retry_at_ms = this.now_ms() + delay_ms;
    this.setState({ phase: 'waiting', attempt: this.attempt, retry_at_ms, code, reason });
    this.timer = setTimeout(() => this.start(), delay_ms);
  }

  /** Forget the socket and the timer without a word to the owner. */
  private abandon(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private setState(state: StreamState): void {
    this.state = state;
    this.options.onState?.(state);
  }

  private now_ms(): number {
    return (this.options.now_ms ?? Date.now)();
  }
}

/** 0.5 s, 1 s, 2 s ... 15 s, each shortened by up to a half, so that clients of a restarted server spread out. */
export function retryDelayMs(attempt: number, random: () => number): number {
  const full_ms = Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_MIN * 2 ** attempt);
  return full_ms * (1 - random() / 2);
}
