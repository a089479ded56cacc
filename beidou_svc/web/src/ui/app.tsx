/** The page: header, list, map, panel, and what the keys do. */
import { effect, useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { BaseStation } from '../bases';
import { toMap } from '../frames/map_frame';
import { t } from '../i18n';
import type { Bounds } from '../map/fleet_bounds';
import type { MapView } from '../map/view';
import { alarmed } from '../roads/alarms';
import { network } from '../roads/desk';
import type { Told } from '../roads/events';
import { boundsOfFence, type Fence } from '../roads/fence';
import type { Session } from '../session';
import * as state from '../state';
import { Announcer } from './announcer';
import { Help, SignIn, StartTrouble } from './dialogs';
import { Header, nextTheme, toggleLanguage } from './header';
import { listedQualities, toggleQuality } from './legend';
import { MapPane } from './map_pane';
import { Panel } from './panel';
import { Sidebar } from './sidebar';

const NARROW = matchMedia('(max-width: 760px)');
/** From here on the bases around are still in view. */
const BASE_ZOOM = 14.5;
const EVENT_ZOOM = 16.5;
/** Room that the panel takes from the map, so that the terminal shown is not behind it. */
const PANEL_PX = 404;

export function App({ session }: { session: Session }): JSX.Element {
  const view = useSignal<MapView | null>(null);
  const open = (slot: number, fly: boolean): void => {
    const id = session.fleet.ids[slot];
    if (id === undefined) return;
    state.selected_id.value = id;
    if (fly) view.peek()?.moves.toTerminal(slot, roomForPanel());
  };
  const openById = (id: string): void => {
    state.selected_id.value = id;
    view.peek()?.moves.toTerminal(session.fleet.slotOf(id), roomForPanel());
    setTimeout(focusPanel);
  };
  const openBase = (base: BaseStation): void => {
    state.selected_id.value = base.id;
    if (base.lon_deg === null || base.lat_deg === null) return;
    view.peek()?.moves.toPlace(toMap([base.lon_deg, base.lat_deg]), roomForPanel(), BASE_ZOOM);
  };
  const showEvent = (event: Told): void => {
    if (event.lon_deg === null || event.lat_deg === null) return;
    view.peek()?.moves.toPlace(toMap([event.lon_deg, event.lat_deg]), roomForSheet(), EVENT_ZOOM);
  };
  const showFence = (fence: Fence): void => {
    const [west, south, east, north] = boundsOfFence(fence);
    const corners = [...toMap([west, south]), ...toMap([east, north])] as Bounds;
    state.selected_id.value = null;
    view.peek()?.moves.toBounds(corners, roomForSheet());
  };
  const close = (): void => {
    state.selected_id.value = null;
    state.following.value = false;
    focusList();
  };
  useSignalEffect(() => {
    state.filter.value;
    state.sort.value;
    alarmed.value;
    session.refresh(true);
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => handleKey(event, view.peek(), close);
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  if (state.start_error.value && !state.page.value) return <StartTrouble />;
  return (
    <>
      <button type="button" class="skip" onClick={() => showTerminals(focusList)}>
        {t('app.skip')}
      </button>
      <Header session={session} />
      <div class={`body${state.selected_id.value === null ? '' : ' with-panel'}`}>
        <Sidebar
          session={session}
          onOpen={(slot) => open(slot, true)}
          onOpenBase={openBase}
          onShowFence={showFence}
          onShowEvent={showEvent}
        />
        {state.page.value ? (
          <MapPane
            session={session}
            onPick={(slot, fence) => {
              if (slot >= 0) open(slot, false);
              else if (fence !== null && state.shown_tab.peek() === 'fences') void session.roads.edit(fence);
            }}
            onPickEvent={(event) => {
              state.selected_id.value = event.terminal;
            }}
            onPickBase={(id) => {
              state.selected_id.value = id;
            }}
            onOpenAlarm={openById}
            onReady={(made) => {
              view.value = made;
              probe(session, made);
            }}
          />
        ) : (
          <main class="map-pane">
            <p class="map-wait">{t('app.loading')}</p>
          </main>
        )}
        {state.selected_id.value !== null && (
          <Panel
            session={session}
            id={state.selected_id.value}
            onClose={close}
            onZoom={() =>
              view
                .peek()
                ?.moves.toTerminal(session.fleet.slotOf(state.selected_id.peek() ?? ''), roomForPanel())
            }
          />
        )}
      </div>
      <SignIn session={session} />
      <Help />
      <Announcer />
    </>
  );
}

/** The list that is beside the map: the terminals, or whatever the chosen tab has. */
function focusList(): void {
  const list =
    document.getElementById('terminal-list') ?? document.querySelector<HTMLElement>('.pane-scroll');
  // a sheet that is still opening would otherwise be scrolled instead
  list?.focus({ preventScroll: true });
}

/** What was clicked to open it is gone by then. */
function focusPanel(): void {
  document.querySelector<HTMLElement>('.panel h2')?.focus();
}

/** A list, and then something in it: at once where it is shown, so that what is typed next goes there. */
function show(name: state.Tab, then: () => void): void {
  if (state.shown_tab.peek() === name) {
    then();
    return;
  }
  state.tab.value = name;
  setTimeout(then);
}

function showTerminals(then: () => void): void {
  show('terminals', then);
}

function roomForPanel(): { right: number; bottom: number } {
  return NARROW.matches
    ? { right: 0, bottom: Math.round(innerHeight * 0.4) }
    : { right: PANEL_PX, bottom: 0 };
}

function showTab(name: state.Tab): (() => void) | null {
  if (!state.tabs.value.includes(name)) return null;
  return () => {
    if (state.sheet.value === 'low') state.sheet.value = 'half';
    show(name, focusList);
  };
}

/** What the sheet of a narrow screen covers. */
function roomForSheet(): { right: number; bottom: number } {
  return { right: 0, bottom: NARROW.matches ? Math.round(innerHeight * 0.5) : 0 };
}

function handleKey(event: KeyboardEvent, view: MapView | null, close: () => void): void {
  const target = event.target as HTMLElement;
  const typing = target.matches('input:not([type=checkbox]), select, textarea');
  if (event.ctrlKey || event.metaKey || event.altKey || typing || document.querySelector('dialog[open]'))
    return;
  const action = actionOf(event.key, view, close);
  if (!action) return;
  action();
  event.preventDefault();
}

function actionOf(key: string, view: MapView | null, close: () => void): (() => void) | null {
  const number = Number(key);
  if (number >= 1 && number <= 6) {
    const value = listedQualities()[number - 1];
    return value === undefined ? null : () => toggleQuality(value);
  }
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case '/':
      return () => showTerminals(() => document.getElementById('search')?.focus());
    case '?':
      return () => {
        state.help_open.value = true;
      };
    case 'f':
      return () => view?.fit();
    case 'b':
      return showTab('bases');
    case 'n':
      return showTab('fences');
    case 'e':
      return showTab('events');
    case 'm':
      return network.value === null ? null : toggleOnRoad;
    case 'g':
      return () => {
        state.following.value = state.selected_id.value !== null && !state.following.value;
      };
    case 't':
      return nextTheme;
    case 'l':
      return toggleLanguage;
    case 'Escape':
      return state.selected_id.value === null ? null : close;
    default:
      return null;
  }
}

function toggleOnRoad(): void {
  state.on_road.value = !state.on_road.value;
}

/** Language, theme and title of the document follow the state. */
export function dressDocument(): void {
  effect(() => {
    document.documentElement.lang = state.language.value === 'zh' ? 'zh-CN' : 'en';
    document.documentElement.dataset.theme = state.dark.value ? 'dark' : 'light';
    document.title = state.page.value?.title || t('app.name');
  });
}

const ADDRESS_PREFIX = '#terminal=';

/** The selected terminal is part of the address, so that a link to it can be sent to a colleague. */
export function keepAddress(): void {
  const read = (): string | null =>
    location.hash.startsWith(ADDRESS_PREFIX)
      ? decodeURIComponent(location.hash.slice(ADDRESS_PREFIX.length))
      : null;
  state.selected_id.value = read();
  effect(() => {
    const id = state.selected_id.value;
    const here = location.pathname + location.search;
    history.replaceState(null, '', id === null ? here : `${ADDRESS_PREFIX}${encodeURIComponent(id)}`);
  });
  addEventListener('hashchange', () => {
    state.selected_id.value = read();
  });
}

/** Read-only figures for tests and benchmarks: frames drawn, rows received, what is on the screen. */
function probe(session: Session, view: MapView): void {
  const figures = {
    get frames() {
      return view.frames;
    },
    get rows() {
      return session.fleet.rows_total;
    },
    get shown() {
      return state.rows.value.length;
    },
    get total() {
      return state.counts.value.total;
    },
    /** How many terminals are drawn on the road that they are matched to. */
    get on_road() {
      return session.fleet.on_road ? session.fleet.on_road_rows : 0;
    },
    get closed_roads() {
      return view.closures.drawn;
    },
    get drawing() {
      return view.is_drawing;
    },
    get phase() {
      return state.stream.value.phase;
    },
    screenOf: (id: string) => view.screenOf(session.fleet.slotOf(id), performance.now()),
  };
  Object.defineProperty(window, '__beidou', { value: Object.freeze(figures), configurable: true });
}
