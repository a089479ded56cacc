/** Keeps the page's picture of the service fresh: configuration, sign-in, live stream, status. */
import { effect } from '@preact/signals';
import { Api, ApiError, type ServiceStatus } from './api';
import { Completeness } from './completeness';
import { markShown, orderByName, sortShown } from './filter';
import { Fleet } from './fleet';
import { map_is_gcj02, toMap } from './frames/map_frame';
import { alarmed } from './roads/alarms';
import { network, RoadsDesk } from './roads/desk';
import * as state from './state';
import { CLOSE_BAD_TOKEN, StreamClient } from './stream';

const TOKEN_KEY = 'beidou.token';
const STATUS_EVERY_MS = 2000;
/** Numbers on the page change once a second: faster cannot be read, and costs as much as the map. */
const REFRESH_EVERY_MS = 1000;
const START_RETRY_MS = 4000;
/** A stream without a message for this long is dead if the service does not answer either. */
const SILENCE_MS_MAX = 8000;

export class Session {
  readonly fleet = new Fleet();
  readonly api: Api;
  readonly client: StreamClient;
  readonly roads: RoadsDesk;
  shown: Uint8Array = new Uint8Array(0);
  /** Set by the map, which must know at once what is shown. */
  onShown: ((shown: Uint8Array) => void) | null = null;
  private name_order: Int32Array = new Int32Array(0);
  private readonly completeness = new Completeness();
  private seen_names = -1;
  private seen_revision = -1;
  private token: string | null = readToken();

  constructor(root: string) {
    this.api = new Api(root, () => this.token);
    this.client = new StreamClient({
      url: this.api.socketUrl('v1/stream'),
      token: () => this.token,
      onHello: (_hello, boot_changed) => {
        if (boot_changed) this.fleet.clear();
      },
      onNames: (names) => this.fleet.setNames(names),
      onFrame: (frame) => {
        this.fleet.apply(frame, performance.now());
        if (!state.has_picture.value) this.refresh(true);
        state.has_picture.value = true;
      },
      onState: (stream) => {
        state.stream.value = stream;
        if (stream.phase === 'refused' && stream.code === CLOSE_BAD_TOKEN) this.demandToken();
      },
      onFormatError: (error) => console.error(error),
    });
    this.roads = new RoadsDesk(this.api, () => this.token);
    effect(() => this.drawElsewhere());
    setInterval(() => this.refresh(false), REFRESH_EVERY_MS);
    setInterval(() => void this.poll(), STATUS_EVERY_MS);
    addEventListener('online', () => this.retryNow());
  }

  async start(): Promise<void> {
    try {
      const page = await this.api.page();
      state.start_error.value = null;
      state.page.value = page;
      if (page.auth === 'token' && !this.token) state.sign_in.value = 'needed';
      else this.connect();
    } catch (error) {
      const { status, message, hint } = error instanceof ApiError ? error : new ApiError(0, String(error));
      state.start_error.value = { status, message, hint, retry_at_ms: Date.now() + START_RETRY_MS };
      setTimeout(() => void this.start(), START_RETRY_MS);
    }
  }

  /** Tries a token before it is kept; false = the service does not accept it. */
  async signIn(token: string): Promise<boolean> {
    this.token = token;
    try {
      this.tell(await this.api.status());
    } catch (error) {
      this.token = null;
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
        state.sign_in.value = 'refused';
        return false;
      }
      throw error;
    }
    writeToken(token);
    state.sign_in.value = 'done';
    this.connect();
    return true;
  }

  signOut(): void {
    this.client.stop();
    this.client.forget();
    this.roads.stop();
    this.forgetToken();
    this.fleet.clear();
    state.selected_id.value = null;
    state.sign_in.value = 'needed';
  }

  retryNow(): void {
    if (state.stream.value.phase === 'waiting') this.client.start();
  }

  /** Recompute what is shown; `now` = the filter or order changed, do not wait for the next turn. */
  refresh(now: boolean): void {
    const { fleet } = this;
    if (!now && fleet.revision === this.seen_revision) return;
    this.seen_revision = fleet.revision;
    if (this.shown.length < fleet.capacity) this.shown = new Uint8Array(fleet.capacity);
    // peeked at: what calls this because one signal changed must not be called again by what is set here
    markShown(fleet, state.filter.peek(), this.shown, alarmed.peek());
    state.counts.value = fleet.count();
    this.sortRows();
    state.pulse.value = state.pulse.peek() + 1;
  }

  private sortRows(): void {
    if (this.seen_names !== this.fleet.names_revision) {
      this.seen_names = this.fleet.names_revision;
      this.name_order = orderByName(this.fleet);
    }
    state.rows.value = sortShown(this.fleet, this.shown, this.name_order, state.sort.peek());
    this.onShown?.(this.shown);
  }

  private connect(): void {
    if (state.page.value?.auth === 'token') state.sign_in.value = 'done';
    this.client.start();
    void this.poll();
    void this.roads.start();
  }

  private async poll(): Promise<void> {
    const { phase } = state.stream.value;
    if (phase === 'stopped' || phase === 'refused' || document.hidden) return;
    try {
      const status = await this.api.status();
      this.tell(status);
      this.complete(status.terminals.total);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.demandToken();
      else if (phase === 'live' && Date.now() - this.client.last_message_ms > SILENCE_MS_MAX)
        this.client.start();
    }
  }

  private tell(status: ServiceStatus): void {
    state.status_ms.value = Date.now();
    state.status.value = status;
  }

  private complete(total: number): void {
    const shown = this.fleet.count().total;
    if (!this.completeness.isDue(shown, total) || state.stream.value.phase !== 'live') return;
    console.warn(`${shown} of ${total} terminals came over the stream: asking for all of them again`);
    this.resubscribe();
  }

  /** Where terminals are drawn follows the choices of the page: every one must come again to be moved. */
  private drawElsewhere(): void {
    const { fleet } = this;
    const before = [fleet.on_road, fleet.toMap !== null];
    // without a network there is no road to draw them on
    fleet.on_road = state.on_road.value && network.value !== null;
    fleet.toMap = map_is_gcj02.value ? toMap : null;
    if (before[0] !== fleet.on_road || before[1] !== (fleet.toMap !== null)) this.resubscribe();
  }

  private resubscribe(): void {
    this.client.filter(this.fleet.on_road ? { columns: ['road'] } : {});
  }

  private demandToken(): void {
    const had_token = this.token !== null;
    this.client.stop();
    this.forgetToken();
    state.sign_in.value = had_token ? 'refused' : 'needed';
  }

  private forgetToken(): void {
    this.token = null;
    writeToken(null);
  }
}

function readToken(): string | null {
  try {
    return sessionStorage.getItem(TOKEN_KEY);
  } catch {
    return null;
  }
}

function writeToken(token: string | null): void {
  try {
    if (token === null) sessionStorage.removeItem(TOKEN_KEY);
    else sessionStorage.setItem(TOKEN_KEY, token);
  } catch {
    // storage is switched off: the token lives as long as the page
  }
}
