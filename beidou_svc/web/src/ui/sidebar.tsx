/** The lists beside the map: terminals with search and legend, base stations; on a narrow screen the bottom sheet. */
import type { JSX } from 'preact';
import type { BaseStation } from '../bases';
import { isFiltering, type SortKey } from '../filter';
import { t } from '../i18n';
import { alarms } from '../roads/alarms';
import { fence_by_id } from '../roads/desk';
import type { Told } from '../roads/events';
import type { Fence } from '../roads/fence';
import type { Session } from '../session';
import { filter, search_text, sheet, shown_tab, sort, tab, tabs } from '../state';
import { BasesPane } from './bases_pane';
import { EventsPane } from './events_pane';
import { FencesPane } from './fences_pane';
import { Icon } from './icons';
import { Legend } from './legend';
import { centerPlace } from './map_pane';
import { SheetHandle } from './sheet_handle';
import { PANE_ID, Tabs } from './tabs';
import { resetFilter, shownText, TerminalList } from './terminal_list';

const SORT_KEYS: readonly SortKey[] = ['name', 'quality', 'speed', 'sigma', 'age'];

interface Props {
  session: Session;
  onOpen: (slot: number) => void;
  onOpenBase: (base: BaseStation) => void;
  onShowFence: (fence: Fence) => void;
  onShowEvent: (event: Told) => void;
}

export function Sidebar({ session, onOpen, onOpenBase, onShowFence, onShowEvent }: Props): JSX.Element {
  const name = shown_tab.value;
  const openById = (id: string): void => onOpen(session.fleet.slotOf(id));
  const openFence = (id: string): void => {
    const fence = fence_by_id.value.get(id);
    if (fence) onShowFence(fence);
    tab.value = 'fences';
    void session.roads.edit(id);
  };
  const panel =
    tabs.value.length > 1 ? ({ role: 'tabpanel', 'aria-labelledby': `tab-${name}` } as const) : {};
  return (
    <aside
      class={`sidebar sheet sheet-${sheet.value}${tabs.value.length > 1 ? ' with-tabs' : ''}`}
      aria-label={t(`tab.${name}`)}
    >
      <SheetHandle />
      <Tabs />
      <div id={PANE_ID} class="pane" {...panel}>
        {name === 'terminals' && <Terminals session={session} onOpen={onOpen} />}
        {name === 'fences' && <FencesPane session={session} onShow={onShowFence} center={centerPlace} />}
        {name === 'events' && (
          <EventsPane
            session={session}
            onOpenTerminal={openById}
            onOpenFence={openFence}
            onShow={onShowEvent}
          />
        )}
        {name === 'bases' && <BasesPane onOpenBase={onOpenBase} onOpenTerminal={openById} />}
      </div>
    </aside>
  );
}

function Terminals({ session, onOpen }: Pick<Props, 'session' | 'onOpen'>): JSX.Element {
  return (
    <>
      <Search />
      <Legend />
      <div class="list-head">
        <span class="list-count" data-shown>
          {shownText()}
        </span>
        {(alarms.value.length > 0 || filter.value.only_alarmed) && <AlarmedOnly />}
        {isFiltering(filter.value) && (
          <button type="button" class="link" onClick={resetFilter}>
            {t('list.reset')}
          </button>
        )}
        <label class="sort">
          <span class="visually-hidden">{t('list.sort')}</span>
          <select
            value={sort.value}
            onChange={(event) => {
              sort.value = event.currentTarget.value as SortKey;
            }}
          >
            {SORT_KEYS.map((key) => (
              <option key={key} value={key}>
                {t(`sort.${key}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <TerminalList fleet={session.fleet} onOpen={onOpen} />
    </>
  );
}

function AlarmedOnly(): JSX.Element {
  return (
    <button
      type="button"
      class="alarmed-only"
      title={t('alarm.only')}
      aria-pressed={filter.value.only_alarmed}
      onClick={() => {
        filter.value = { ...filter.value, only_alarmed: !filter.value.only_alarmed };
      }}
    >
      <Icon name="warning" size={14} />
      {t('alarm.count', { n: alarms.value.length })}
    </button>
  );
}

function Search(): JSX.Element {
  const set = (text: string): void => {
    search_text.value = text;
    filter.value = { ...filter.value, text: text.trim().toLowerCase() };
  };
  return (
    <search class="search">
      <Icon name="search" />
      <input
        id="search"
        type="text"
        inputMode="search"
        autoComplete="off"
        spellcheck={false}
        value={search_text.value}
        aria-label={t('list.search')}
        placeholder={t('list.search')}
        aria-keyshortcuts="/"
        onInput={(event) => set(event.currentTarget.value)}
        onFocus={() => {
          if (sheet.value === 'low') sheet.value = 'half';
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            set('');
            event.currentTarget.blur();
            event.stopPropagation();
          } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
            document.getElementById('terminal-list')?.focus();
            event.preventDefault();
          }
        }}
      />
      {search_text.value === '' ? (
        <kbd aria-hidden="true">/</kbd>
      ) : (
        <button
          type="button"
          class="search-clear"
          aria-label={t('list.clear_search')}
          onClick={() => {
            set('');
            document.getElementById('search')?.focus();
          }}
        >
          <Icon name="close" size={16} />
        </button>
      )}
    </search>
  );
}
