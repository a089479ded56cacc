/** The lists beside the map, one at a time: as many tabs as the service has lists for. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { t } from '../i18n';
import { alarms } from '../roads/alarms';
import { bases, sheet, shown_tab, type Tab, tab, tabs } from '../state';

/** What the panel of a tab is called by `aria-controls`. */
export const PANE_ID = 'pane';

export function Tabs(): JSX.Element | null {
  const list = useRef<HTMLDivElement>(null);
  if (tabs.value.length < 2) return null;
  const open = (name: Tab): void => {
    tab.value = name;
    if (sheet.value === 'low') sheet.value = 'half';
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = tabs.value;
    const at = all.indexOf(shown_tab.value);
    const to: Record<string, number> = {
      ArrowRight: (at + 1) % all.length,
      ArrowLeft: (at + all.length - 1) % all.length,
      Home: 0,
      End: all.length - 1,
    };
    if (!(event.key in to)) return;
    event.preventDefault();
    open(all[to[event.key]]);
    list.current?.querySelector<HTMLElement>(`#tab-${all[to[event.key]]}`)?.focus();
  };
  return (
    <div ref={list} class="tabs" role="tablist" aria-label={t('tab.label')} onKeyDown={onKeyDown}>
      {tabs.value.map((name) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          class="tab"
          role="tab"
          aria-selected={name === shown_tab.value}
          aria-controls={PANE_ID}
          tabIndex={name === shown_tab.value ? 0 : -1}
          onClick={() => open(name)}
        >
          {t(`tab.${name}`)}
          <TabNote name={name} />
        </button>
      ))}
    </div>
  );
}

/** How many base stations are ill, or terminals have an alarm, on the tab that says which. */
function TabNote({ name }: { name: Tab }): JSX.Element | null {
  let n = 0;
  if (name === 'bases') n = bases.value.filter((base) => base.health !== 'healthy').length;
  else if (name === 'terminals') n = alarms.value.length;
  if (n === 0) return null;
  return (
    <span class="tab-note">
      <span aria-hidden="true">{n}</span>
      <span class="visually-hidden">{t(name === 'bases' ? 'tab.ill' : 'tab.alarmed', { n })}</span>
    </span>
  );
}
