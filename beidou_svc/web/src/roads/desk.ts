/** What the page knows of fences and events, and what is done to them: signals, and the actions that change them. */
import { computed, signal } from '@preact/signals';
import { type Api, ApiError } from '../api';
import { alarms } from './alarms';
import { closed_roads } from './closures';
import { EventBook, type RoadEvent, type Told } from './events';
import { EventsClient, type EventsPhase } from './events_client';
import type { Fence, Shape } from './fence';
import { type DraftFault, draftOf, type FenceDraft, fenceOf, newDraft } from './fence_draft';
import type { RouteCollection } from './road_place';
import { RoadsApi } from './roads_api';

/** Null = the service knows no fences. */
export const fences = signal<readonly Fence[] | null>(null);
export const selected_fence = signal<string | null>(null);
export const draft = signal<FenceDraft | null>(null);
export const events = signal<readonly Told[]>([]);
/** Those of the last message of the live stream. */
export const news = signal<readonly Told[]>([]);
export const events_phase = signal<EventsPhase>('stopped');
/** Rows that nobody will see: the service no longer has them. */
export const events_missed = signal(false);
/** The id of the network that positions are matched to. */
export const network = signal<string | null>(null);

/** Names of the stops of all routes, by id. */
export const stop_names = signal<ReadonlyMap<string, string>>(new Map());
export const fence_by_id = computed(
  () => new Map((fences.value ?? []).map((each) => [String(each.id), each])),
);

export interface ServerFault {
  field: string;
  message: string;
}

/** Why a fence was not stored. */
export type Trouble =
  | { kind: 'faults'; faults: readonly DraftFault[] }
  | { kind: 'refused'; faults: readonly ServerFault[]; message: string }
  /** `current` is what somebody else stored meanwhile, null = they deleted it. */
  | { kind: 'conflict'; action: Action; current: Fence | null; etag: string | null }
  | { kind: 'failed'; status: number; message: string };

export type Action = 'save' | 'remove' | 'open';

/** Counts how often drawing begins anew. */
export const redraws = signal(0);
export const trouble = signal<Trouble | null>(null);
export const saving = signal(false);

/** What is asked for again when it changed. */
type Part = 'fences' | 'network' | 'alarms';
const ALL: readonly Part[] = ['fences', 'network', 'alarms'];

/** Many changes in a row are one request. */
const RELOAD_AFTER_MS = 300;
/** Events are shown as they come, but not more often than this. */
const SHOW_EVERY_MS = 250;
const FIRST_EVENTS = 200;

export class RoadsDesk {
  readonly api: RoadsApi;
  private readonly client: EventsClient;
  private readonly book = new EventBook();
  private readonly due = new Set<Part>();
  private reload_timer: ReturnType<typeof setTimeout> | null = null;
  private show_timer: ReturnType<typeof setTimeout> | null = null;
  private started = false;

  constructor(api: Api, token: () => string | null) {
    this.api = new RoadsApi(api);
    this.client = new EventsClient({
      url: api.socketUrl('v1/events/stream'),
      token,
      onEvents: (rows) => this.tell(rows, true),
      onRestart: () => this.restarted(),
      onGap: () => {
        events_missed.value = true;
      },
      onFencesChanged: () => this.reloadSoon('fences'),
      onAlarmsChanged: () => this.reloadSoon('alarms'),
      // corridors and stops follow the roads that they were drawn along
      onNetworkChanged: () => this.reloadSoon('network', 'fences'),
      onPhase: (phase) => {
        events_phase.value = phase;
        // changes are told only to those who listen: what happened before is asked for
        if (phase === 'live') this.reloadSoon(...ALL);
      },
    });
  }

  async start(): Promise<void> {
    if (this.started) return;
    this.started = true;
    try {
      await this.reload();
      if (fences.value === null) return;
      await this.load('network');
      await this.loadEvents();
      await this.load('alarms');
    } catch (error) {
      console.warn('roads:', error);
    }
    if (fences.value !== null) this.client.start();
  }

  stop(): void {
    this.started = false;
    this.client.stop();
    if (this.reload_timer !== null) clearTimeout(this.reload_timer);
    this.reload_timer = null;
    this.book.clear();
    alarms.value = [];
    closed_roads.value = [];
    fences.value = null;
    events.value = [];
    draft.value = null;
    selected_fence.value = null;
  }

  async reload(): Promise<void> {
    const found = await this.api.fences();
    fences.value = found?.features ?? null;
  }

  private async load(part: Part): Promise<void> {
    if (part === 'fences') return this.reload();
    if (part === 'alarms') {
      alarms.value = (await this.api.alarms()).filter((each) => each.standing);
      return;
    }
    const active = (await this.api.networks()).find((each) => each.active);
    network.value = active?.id ?? null;
    closed_roads.value = active?.closures?.length ? await this.api.closedRoads(active.id) : [];
    stop_names.value = new Map(active ? stopsOf(await this.api.routes()) : []);
  }

  /** Older events than those shown. */
  async loadEvents(after?: string): Promise<string | null> {
    const page = await this.api.events({ limit: FIRST_EVENTS, ...(after ? { after } : {}) });
    if (after === undefined) this.client.seq = page.seq;
    this.tell(page.events, false);
    return page.next;
  }

  begin(shape: Shape): void {
    trouble.value = null;
    selected_fence.value = null;
    draft.value = newDraft(shape, Intl.DateTimeFormat().resolvedOptions().timeZone);
  }

  /** Edit the newest version of a fence. */
  async edit(id: string): Promise<void> {
    trouble.value = null;
    selected_fence.value = id;
    try {
      const { body, etag } = await this.api.fence(id);
      draft.value = this.draftOf(body, etag);
    } catch (error) {
      trouble.value = troubleOf(error, 'open');
      this.reloadSoon('fences');
    }
  }

  /** Throw the shape away and draw it once more. */
  redraw(): void {
    const now = draft.peek();
    if (!now) return;
    draft.value = { ...now, places: '' };
    redraws.value += 1;
  }

  cancel(): void {
    draft.value = null;
    trouble.value = null;
  }

  /** Store the draft; true where the service has it. */
  async save(): Promise<boolean> {
    const now = draft.peek();
    if (!now) return false;
    const made = fenceOf(now);
    if ('faults' in made) {
      trouble.value = { kind: 'faults', faults: made.faults };
      return false;
    }
    return this.attempt('save', async () => {
      const { body } =
        now.id === null || now.etag === null
          ? await this.api.create(made.fence)
          : await this.api.replace(now.id, made.fence, now.etag);
      selected_fence.value = String(body.id);
      draft.value = null;
    });
  }

  async remove(): Promise<boolean> {
    const now = draft.peek();
    const { id, etag } = now ?? {};
    if (!id || !etag) return false;
    return this.attempt('remove', async () => {
      await this.api.remove(id, etag);
      selected_fence.value = null;
      draft.value = null;
    });
  }

  /** Somebody else was faster: go on from their version. */
  takeTheirs(): void {
    const told = trouble.peek();
    if (told?.kind !== 'conflict') return;
    draft.value = told.current && this.draftOf(told.current, told.etag);
    trouble.value = null;
    this.reloadSoon('fences');
  }

  /** Somebody else was faster: replace their version by this one, knowingly. */
  async saveOverTheirs(): Promise<boolean> {
    const told = trouble.peek();
    const now = draft.peek();
    if (told?.kind !== 'conflict' || !now) return false;
    // deleted meanwhile: then it is a new one, under its old name
    draft.value = { ...now, id: told.current ? now.id : null, etag: told.etag };
    return this.save();
  }

  private draftOf(fence: Fence, etag: string | null): FenceDraft {
    return draftOf(fence, etag, Intl.DateTimeFormat().resolvedOptions().timeZone);
  }

  private async attempt(action: Action, run: () => Promise<void>): Promise<boolean> {
    saving.value = true;
    trouble.value = null;
    try {
      await run();
      await this.reload();
      return true;
    } catch (error) {
      trouble.value = troubleOf(error, action);
      return false;
    } finally {
      saving.value = false;
    }
  }

  private reloadSoon(...parts: readonly Part[]): void {
    for (const part of parts) this.due.add(part);
    this.reload_timer ??= setTimeout(() => {
      this.reload_timer = null;
      for (const part of this.due) this.load(part).catch((error: unknown) => console.warn(`${part}:`, error));
      this.due.clear();
    }, RELOAD_AFTER_MS);
  }

  private restarted(): void {
    this.book.clear();
    this.loadEvents().catch((error: unknown) => console.warn('events:', error));
  }

  private tell(rows: readonly RoadEvent[], live: boolean): void {
    const fresh = this.book.add(rows);
    if (live && fresh.length > 0) news.value = fresh;
    this.show_timer ??= setTimeout(() => {
      this.show_timer = null;
      events.value = this.book.list();
    }, SHOW_EVERY_MS);
  }
}

function stopsOf(routes: RouteCollection): [string, string][] {
  return routes.features.flatMap(({ properties }) =>
    properties.stops.map((stop): [string, string] => [stop.id, stop.name]),
  );
}

function troubleOf(error: unknown, action: Action): Trouble {
  if (!(error instanceof ApiError)) return { kind: 'failed', status: 0, message: String(error) };
  if (error.status === 412 || (error.status === 404 && action !== 'open')) {
    const current = (error.problem.current as Fence | undefined) ?? null;
    return { kind: 'conflict', action, current, etag: current ? `"${current.properties.version}"` : null };
  }
  if (error.status === 422) {
    const faults = (error.problem.errors as ServerFault[] | undefined) ?? [];
    return { kind: 'refused', faults, message: error.message };
  }
  return { kind: 'failed', status: error.status, message: error.message };
}
