/** Client of the live stream of events (`WS /v1/events/stream`, docs/roads.md): kept alive, continued after a break. */
import { CLOSE_BAD_MESSAGE, CLOSE_BAD_TOKEN, retryDelayMs, type SocketLike } from '../stream';
import type { RoadEvent } from './events';

export type EventsPhase = 'connecting' | 'live' | 'waiting' | 'refused' | 'stopped';

export interface EventsOptions {
  url: string;
  token: () => string | null;
  onEvents: (events: RoadEvent[]) => void;
  /** The service began to count anew: what was shown is of its former life. */
  onRestart: () => void;
  onGap: (from_seq: number, to_seq: number) => void;
  onFencesChanged: (version: number) => void;
  onAlarmsChanged: () => void;
  /** The network, or its routes, are others. */
  onNetworkChanged: () => void;
  onPhase: (phase: EventsPhase) => void;
  openSocket?: (url: string) => SocketLike;
  random?: () => number;
}

interface Message {
  type: string;
  boot?: string;
  seq?: number;
  events?: RoadEvent[];
  from_seq?: number;
  to_seq?: number;
  version?: number;
}

/** The service watches no fences. */
const CLOSE_NOTHING_HERE = 4404;
const FINAL = [CLOSE_BAD_TOKEN, CLOSE_BAD_MESSAGE, CLOSE_NOTHING_HERE];

export class EventsClient {
  private socket: SocketLike | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private attempt = 0;
  private boot: string | null = null;
  /** The last row received; after a break the rows behind it are asked for. */
  seq: number | null = null;

  constructor(private readonly options: EventsOptions) {}

  start(): void {
    this.abandon();
    this.options.onPhase('connecting');
    const open = this.options.openSocket ?? ((url) => new WebSocket(url));
    const socket = open(this.options.url);
    socket.onopen = () => this.subscribe();
    socket.onmessage = (event) => this.receive(String(event.data));
    socket.onclose = (event) => this.closed(event.code);
    this.socket = socket;
  }

  stop(): void {
    this.abandon();
    this.options.onPhase('stopped');
  }

  private subscribe(): void {
    const token = this.options.token();
    const since = this.seq === null ? {} : { since: this.seq };
    this.socket?.send(JSON.stringify({ type: 'subscribe', ...(token ? { token } : {}), ...since }));
  }

  private receive(text: string): void {
    let message: Message;
    try {
      message = JSON.parse(text) as Message;
    } catch {
      return; // what is not understood is skipped, as in the live stream
    }
    if (message.type === 'hello') this.greeted(message);
    else if (message.type === 'events') {
      this.seq = Math.max(this.seq ?? 0, message.seq ?? 0);
      this.options.onEvents(message.events ?? []);
    } else if (message.type === 'gap') this.options.onGap(message.from_seq ?? 0, message.to_seq ?? 0);
    else if (message.type === 'fences') this.options.onFencesChanged(message.version ?? 0);
    else if (message.type === 'alarms') this.options.onAlarmsChanged();
    else if (message.type === 'network') this.options.onNetworkChanged();
  }

  private greeted(hello: Message): void {
    this.attempt = 0;
    const restarted = this.boot !== null && this.boot !== hello.boot;
    this.boot = hello.boot ?? null;
    if (restarted) {
      this.seq = null;
      this.options.onRestart();
    }
    this.options.onPhase('live');
  }

  private closed(code: number): void {
    this.socket = null;
    if (FINAL.includes(code)) {
      this.options.onPhase('refused');
      return;
    }
    this.options.onPhase('waiting');
    this.timer = setTimeout(
      () => this.start(),
      retryDelayMs(this.attempt, this.options.random ?? Math.random),
    );
    this.attempt += 1;
  }

  private abandon(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
