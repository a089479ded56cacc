/** Events as they happen: the latest first, those that were taken back struck through. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { count, distance, duration, localTime, speedKmh } from '../format';
import { t, tOr } from '../i18n';
import { events, events_missed, events_phase, fence_by_id, stop_names } from '../roads/desk';
import { EVENT_KINDS, type Told } from '../roads/events';
import { nameOf } from '../roads/fence';
import type { Session } from '../session';
import { speak_events } from '../state';
import { EventMark } from './event_mark';
import { Icon } from './icons';
import { hasWords, PaneSearch } from './pane_search';

/** So many rows are drawn at first, and so many more at a time. */
const ROWS_STEP = 100;
const STOP = 'stop:';

interface Props {
  session: Session;
  onOpenTerminal: (id: string) => void;
  onOpenFence: (id: string) => void;
  onShow: (event: Told) => void;
}

export function EventsPane(props: Props): JSX.Element {
  const kind = useSignal('');
  const text = useSignal('');
  const rows = useSignal(ROWS_STEP);
  const found = events.value.filter(
    (event) => (kind.value === '' || event.kind === kind.value) && hasWords(wordsOf(event), text),
  );
  return (
    <>
      <div class="pane-head">
        <PaneSearch text={text} label={t('event.search')} />
        <select
          class="small-input"
          value={kind.value}
          aria-label={t('event.kind')}
          onChange={(event) => {
            kind.value = event.currentTarget.value;
          }}
        >
          <option value="">{t('event.all_kinds')}</option>
          {EVENT_KINDS.map((each) => (
            <option key={each} value={each}>
              {t(`kind.${each}`)}
            </option>
          ))}
        </select>
      </div>
      <div class="pane-head">
        <span class="pane-summary" data-events={events.value.length}>
          {t('event.count', { n: count(found.length) })}
        </span>
        <label class="check">
          <input
            type="checkbox"
            checked={speak_events.value}
            onChange={(event) => {
              speak_events.value = event.currentTarget.checked;
            }}
          />
          {t('event.speak')}
        </label>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="pane-scroll pane-rows" tabIndex={0} aria-label={t('event.list')}>
        {events_phase.value === 'waiting' && <p class="notice notice-warning">{t('event.broken')}</p>}
        {events_missed.value && <p class="pane-summary">{t('event.missed')}</p>}
        {events.value.length === 0 ? (
          <Empty />
        ) : (
          found.length === 0 && <p class="pane-summary">{t('event.none_match')}</p>
        )}
        <ol class="event-list">
          {found.slice(0, rows.value).map((event) => (
            <EventRow key={event.event} event={event} {...props} />
          ))}
        </ol>
        {found.length > rows.value ? (
          <button
            type="button"
            class="button"
            onClick={() => {
              rows.value += ROWS_STEP;
            }}
          >
            {t('event.older')}
          </button>
        ) : (
          events.value.length > 0 && <Older session={props.session} />
        )}
      </section>
    </>
  );
}

function wordsOf(event: Told): string {
  return `${event.terminal} ${event.fence} ${fenceName(event)}`;
}

/** A fence, or a stop of a route, whose events name it `stop:` and its id. */
export function fenceName({ fence, route }: Told): string {
  if (fence === null) return route ?? '';
  const known = fence_by_id.value.get(fence);
  if (known) return nameOf(known);
  return (fence.startsWith(STOP) && stop_names.value.get(fence.slice(STOP.length))) || fence;
}

function Empty(): JSX.Element {
  return (
    <div class="pane-empty">
      <strong>{t('event.empty')}</strong>
      <p>{t('event.empty.hint')}</p>
    </div>
  );
}

function EventRow({ event, onOpenTerminal, onOpenFence, onShow }: Props & { event: Told }): JSX.Element {
  const { kind, terminal, fence, p, is_retracted } = event;
  return (
    <li class={`event${is_retracted ? ' event-retracted' : ''}`} data-event={event.event} data-kind={kind}>
      <EventMark kind={kind} />
      <span class="event-what">
        {tOr(`kind.${kind}`, kind)}
        <span class="event-value">{valueText(event)}</span>
      </span>
      <time class="event-time" dateTime={event.time}>
        {localTime(event.t_ms)}
      </time>
      <span class="event-who">
        <button type="button" class="link" onClick={() => onOpenTerminal(terminal)}>
          {terminal}
        </button>
        <span aria-hidden="true">·</span>
        {fence !== null && fence_by_id.value.has(fence) ? (
          <button
            type="button"
            class="link event-fence"
            title={fenceName(event)}
            onClick={() => onOpenFence(fence)}
          >
            {fenceName(event)}
          </button>
        ) : (
          <span class="event-fence" title={fenceName(event)}>
            {fenceName(event)}
          </span>
        )}
      </span>
      <span class="event-more">
        {p !== null && (
          <span title={t('event.sure')}>
            <span class="visually-hidden">{t('event.sure')} </span>
            {t('event.p', { p: sure(p) })}
          </span>
        )}
        {event.lat_deg !== null && (
          <button
            type="button"
            class="tool tiny"
            aria-label={t('event.show')}
            title={t('event.show')}
            onClick={() => onShow(event)}
          >
            <Icon name="target" size={15} />
          </button>
        )}
      </span>
      {is_retracted && <span class="event-note">{t('event.retracted')}</span>}
      {!is_retracted && (event.status === 'first' || event.status === 'window') && (
        <span class="event-note">{t(`event.${event.status}`)}</span>
      )}
    </li>
  );
}

/** 0.9996 must not read as certain. */
function sure(p: number): string {
  return (100 * Math.min(p, 0.9999)).toFixed(p > 0.995 ? 2 : 0);
}

function valueText({ value, unit }: Told): string {
  if (value === null) return '';
  if (unit === 'm/s') return speedKmh(value);
  return unit === 's' ? duration(value) : distance(value);
}

function Older({ session }: { session: Session }): JSX.Element {
  const after = useSignal<string | null>(null);
  const is_end = useSignal(false);
  const load = async (): Promise<void> => {
    const last = events.value.reduce((least, { seq }) => Math.min(least, seq), Number.POSITIVE_INFINITY);
    after.value = await session.roads.loadEvents(after.value ?? String(last));
    is_end.value = after.value === null;
  };
  if (is_end.value) return <p class="pane-summary">{t('event.oldest')}</p>;
  return (
    <button type="button" class="button" onClick={() => void load().catch(console.warn)}>
      {t('event.older')}
    </button>
  );
}
