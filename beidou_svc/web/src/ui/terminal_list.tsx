/** All terminals that pass the filter, of which only the rows in view exist in the document. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isFiltering, NO_FILTER } from '../filter';
import { FLAG_BASE, type Fleet } from '../fleet';
import { count, sigma, speedKmh, UNKNOWN } from '../format';
import { t } from '../i18n';
import { LIVENESS } from '../quality';
import { alarmed } from '../roads/alarms';
import { counts, filter, has_picture, pulse, rows, search_text, selected_id, status } from '../state';
import { Icon } from './icons';
import { QualityMark } from './quality_mark';

const ROW_PX = 46;
const OVERSCAN_ROWS = 4;

interface Props {
  fleet: Fleet;
  onOpen: (slot: number) => void;
}

export function TerminalList({ fleet, onOpen }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const top_px = useSignal(0);
  const height_px = useSignal(600);
  const active = useSignal(-1);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      height_px.value = element.clientHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [height_px]);

  pulse.value; // fresh columns: draw the visible rows anew
  const slots = rows.value;
  const from = Math.max(0, Math.floor(top_px.value / ROW_PX) - OVERSCAN_ROWS);
  const to = Math.min(slots.length, Math.ceil((top_px.value + height_px.value) / ROW_PX) + OVERSCAN_ROWS);
  const active_index = slots.indexOf(active.value);

  const moveTo = (index: number): void => {
    const element = box.current;
    if (!element || slots.length === 0) return;
    const i = Math.max(0, Math.min(slots.length - 1, index));
    active.value = slots[i];
    if (i * ROW_PX < element.scrollTop) element.scrollTop = i * ROW_PX;
    const bottom = (i + 1) * ROW_PX - element.clientHeight;
    if (bottom > element.scrollTop) element.scrollTop = bottom;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page_rows = Math.max(1, Math.floor(height_px.value / ROW_PX) - 1);
    const step: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page_rows,
      PageUp: -page_rows,
    };
    if (event.key in step) moveTo(active_index + step[event.key]);
    else if (event.key === 'Home') moveTo(0);
    else if (event.key === 'End') moveTo(slots.length - 1);
    else if ((event.key === 'Enter' || event.key === ' ') && active_index >= 0) onOpen(active.value);
    else return;
    event.preventDefault();
  };

  return (
    <div class="list-frame">
      <div
        ref={box}
        id="terminal-list"
        class="list"
        role="listbox"
        tabIndex={0}
        aria-label={t('list.title')}
        aria-activedescendant={active_index >= from && active_index < to ? `row-${active.value}` : undefined}
        onScroll={(event) => {
          top_px.value = event.currentTarget.scrollTop;
        }}
        onKeyDown={onKeyDown}
        onFocus={() => active_index < 0 && moveTo(0)}
      >
        <div class="list-space" style={{ height: `${slots.length * ROW_PX}px` }} role="presentation">
          {Array.from(slots.subarray(from, to), (slot, i) => (
            <Row
              key={slot}
              fleet={fleet}
              slot={slot}
              index={from + i}
              total={slots.length}
              active={slot === active.value}
              onOpen={() => {
                active.value = slot;
                onOpen(slot);
              }}
            />
          ))}
        </div>
      </div>
      {slots.length === 0 && has_picture.value && <Nothing />}
    </div>
  );
}

interface RowProps {
  fleet: Fleet;
  slot: number;
  index: number;
  total: number;
  active: boolean;
  onOpen: () => void;
}

function Row({ fleet, slot, index, total, active, onOpen }: RowProps): JSX.Element {
  const quality = fleet.fix_quality[slot];
  const live = LIVENESS[fleet.liveness[slot]];
  const name = fleet.names[slot] ?? String(slot);
  const id = fleet.ids[slot] ?? '';
  const speed = speedKmh(fleet.speed_mps[slot]);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus and names the active row
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the list box
    <div
      id={`row-${slot}`}
      class={`row row-${live}${active ? ' active' : ''}`}
      role="option"
      aria-selected={id === selected_id.value}
      aria-setsize={total}
      aria-posinset={index + 1}
      style={{ transform: `translateY(${index * ROW_PX}px)` }}
      onClick={onOpen}
    >
      <QualityMark value={quality} size={16} />
      <span class="row-name">
        {alarmed.value.has(id) && (
          <span class="row-alarm" title={t('alarm.row')}>
            <Icon name="warning" size={14} />
            <span class="visually-hidden">{t('alarm.row')}</span>
          </span>
        )}
        {name}
      </span>
      <span class="row-speed">{speed}</span>
      <span class="row-id">{id === name ? t('list.sats', { n: satsUsed(fleet, slot) }) : id}</span>
      <span class="row-quality">{live === 'online' ? qualityText(fleet, slot) : t(`live.${live}`)}</span>
    </div>
  );
}

function qualityText(fleet: Fleet, slot: number): string {
  if (fleet.flags[slot] & FLAG_BASE) return t('base.role');
  return `${t(`quality.${fleet.fix_quality[slot]}` as 'quality.0')} · ${sigma(fleet.sigma_h_m[slot])}`;
}

/** 255 = the terminal does not say. */
function satsUsed(fleet: Fleet, slot: number): string {
  return fleet.sats_used[slot] === 255 ? UNKNOWN : String(fleet.sats_used[slot]);
}

/** Where terminals can connect, as the service says; without an answer, where to look it up. */
function emptyHint(): string {
  const listeners = status.value?.ingest.listeners ?? [];
  if (listeners.length === 0) return t('list.empty.hint', { host: location.hostname });
  const addresses = listeners.map((l) => `${l.transport}://${l.address}`).join(', ');
  return t('list.empty.point', { addresses });
}

function Nothing(): JSX.Element {
  if (counts.value.total === 0 && !isFiltering(filter.value)) {
    return (
      <div class="empty" data-empty="fleet">
        <strong>{t('list.empty')}</strong>
        <p>{emptyHint()}</p>
      </div>
    );
  }
  return (
    <div class="empty" data-empty="filter">
      <strong>{t('list.none_match')}</strong>
      <p>{t('list.none_match.hint')}</p>
      <button type="button" class="button" onClick={resetFilter}>
        {t('list.reset')}
      </button>
    </div>
  );
}

export function resetFilter(): void {
  search_text.value = '';
  filter.value = NO_FILTER;
}

export function shownText(): string {
  const total = counts.value.total;
  const n = rows.value.length;
  return n === total ? t('list.all', { n: count(n) }) : t('list.shown', { n: count(n), total: count(total) });
}
