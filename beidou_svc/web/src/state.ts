/** What the page shows and how: signals, and the choices that are remembered from visit to visit. */
import { computed, effect, signal } from '@preact/signals';
import type { PageConfig, ServiceStatus } from './api';
import { basesOf } from './bases';
import { type Filter, NO_FILTER, type SortKey } from './filter';
import type { FleetCounts } from './fleet';
import { map_is_gcj02 } from './frames/map_frame';
import { READOUTS, type Readout } from './frames/readout';
import { fences } from './roads/desk';
import type { StreamState } from './stream';

export type ThemeChoice = 'system' | 'light' | 'dark';
export type Language = 'en' | 'zh';

function remembered<T extends string>(key: string, allowed: readonly T[], otherwise: T): T {
  try {
    const value = localStorage.getItem(key) as T | null;
    return value !== null && allowed.includes(value) ? value : otherwise;
  } catch {
    return otherwise; // storage is switched off: the page works, it only forgets
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // see above
  }
}

const browser_language: Language = navigator.languages.some((l) => l.toLowerCase().startsWith('zh'))
  ? 'zh'
  : 'en';
const dark_query = matchMedia('(prefers-color-scheme: dark)');
const motion_query = matchMedia('(prefers-reduced-motion: reduce)');

export const language = signal<Language>(remembered('beidou.language', ['en', 'zh'], browser_language));
export const theme_choice = signal<ThemeChoice>(
  remembered('beidou.theme', ['system', 'light', 'dark'], 'system'),
);
const system_dark = signal(dark_query.matches);
export const dark = computed(() =>
  theme_choice.value === 'system' ? system_dark.value : theme_choice.value === 'dark',
);
export const reduced_motion = signal(motion_query.matches);

export const page = signal<PageConfig | null>(null);
export const status = signal<ServiceStatus | null>(null);
/** When that was told, by the clock of this computer. */
export const status_ms = signal(0);
export const stream = signal<StreamState>({ phase: 'stopped' });
/** Why the page could not start; null = it did, or still tries. */
export const start_error = signal<{
  status: number;
  message: string;
  hint: string | null;
  retry_at_ms: number;
} | null>(null);
export const sign_in = signal<'not needed' | 'needed' | 'refused' | 'done'>('not needed');

/** As typed; `filter.text` is what is searched for. */
export const search_text = signal('');
export const filter = signal<Filter>(NO_FILTER);
export const sort = signal<SortKey>('name');
export const counts = signal<FleetCounts>({
  total: 0,
  liveness: new Uint32Array(3),
  quality: new Uint32Array(9),
});
/** Slots in list order. */
export const rows = signal<Int32Array>(new Int32Array(0));
/** Grows a few times a second while data comes in; read it to be drawn again with fresh columns. */
export const pulse = signal(0);
/** False until the first full picture has come. */
export const has_picture = signal(false);

export const selected_id = signal<string | null>(null);
export const following = signal(false);
export type Tab = 'terminals' | 'bases' | 'fences' | 'events';
/** Which list is beside the map. */
export const tab = signal<Tab>('terminals');
export const bases = computed(() => basesOf(status.value?.rtk));
/** The lists that this service has something for. */
export const tabs = computed<Tab[]>(() => [
  'terminals',
  ...(bases.value.length > 0 ? ['bases' as const] : []),
  ...(fences.value !== null ? (['fences', 'events'] as const) : []),
]);
export const shown_tab = computed<Tab>(() => (tabs.value.includes(tab.value) ? tab.value : 'terminals'));
/** The last event that those are told who do not see the page. */
export const said = signal('');
export const help_open = signal(false);
/** Terminals are drawn on the road that they are matched to, not where they say they are. */
export const on_road = signal(false);
/** Events are spoken as they come, for those who listen to the page. */
export const speak_events = signal(false);
/** In which frame coordinates are read off the map. */
export const readout = signal<Readout>(remembered('beidou.readout', READOUTS, 'geodetic'));
/** How far the bottom sheet of a narrow screen is pulled up. */
export const sheet = signal<'low' | 'half' | 'full'>('low');

dark_query.addEventListener('change', (event) => {
  system_dark.value = event.matches;
});
motion_query.addEventListener('change', (event) => {
  reduced_motion.value = event.matches;
});
effect(() => remember('beidou.language', language.value));
effect(() => remember('beidou.theme', theme_choice.value));
effect(() => remember('beidou.readout', readout.value));
map_is_gcj02.value = remembered('beidou.base_frame', ['true', 'gcj02'], 'true') === 'gcj02';
effect(() => remember('beidou.base_frame', map_is_gcj02.value ? 'gcj02' : 'true'));
