/** Why a fence was not stored, and what to do: faults by field, somebody else's change, a refusal. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { localDateTime } from '../format';
import { type Key, t, tOr } from '../i18n';
import { draft, type RoadsDesk, type Trouble, trouble } from '../roads/desk';
import { type DraftFault, differences, fenceOf } from '../roads/fence_draft';

type Conflict = Extract<Trouble, { kind: 'conflict' }>;

const FORBIDDEN = [401, 403];

/** What is wrong with one field of the form. */
export function faultsOf(field: string): string[] {
  const now = trouble.value;
  if (now?.kind === 'faults') return now.faults.filter((each) => each.field === field).map(faultText);
  if (now?.kind === 'refused')
    return now.faults.filter((each) => fieldOf(each.field) === field).map((each) => each.message);
  return [];
}

/** Where in the form a fault is, for the list of all of them. */
const LABEL: Record<string, Key> = {
  places: 'fence.places',
  radius_m: 'fence.radius',
  half_width_m: 'fence.half_width',
  kinds: 'fence.kinds',
  speed_limit_kmh: 'fence.speed_limit',
  dwell_s: 'fence.dwell',
};

function placedText(fault: DraftFault): string {
  const label = LABEL[fault.field] ?? 'fence.window';
  return t('fault.in', { label: t(label), text: faultText(fault) });
}

function faultText({ field: _field, key, ...values }: DraftFault): string {
  return t(key, values);
}

/** `properties.radius_m` is the field `radius_m`; everything about the geometry is the field of the coordinates. */
function fieldOf(path: string): string {
  return path.startsWith('geometry') ? 'places' : path.replace(/^properties\./, '').split(/[.[]/)[0];
}

export function FenceTrouble({ desk }: { desk: RoadsDesk }): JSX.Element | null {
  const box = useRef<HTMLDivElement>(null);
  const now = trouble.value;
  useEffect(() => box.current?.focus(), [now]);
  if (!now) return null;
  return (
    <div ref={box} class="notice notice-error trouble-box" role="alert" tabIndex={-1} data-trouble={now.kind}>
      {now.kind === 'conflict' ? <ConflictText conflict={now} desk={desk} /> : <Words trouble={now} />}
    </div>
  );
}

function Words({ trouble: now }: { trouble: Exclude<Trouble, Conflict> }): JSX.Element {
  if (now.kind === 'failed') {
    const forbidden = FORBIDDEN.includes(now.status);
    return <p>{forbidden ? t('fault.forbidden') : t('fault.failed', { reason: now.message })}</p>;
  }
  const texts = now.kind === 'faults' ? now.faults.map(placedText) : now.faults.map((each) => each.message);
  return (
    <>
      <strong>{t('fault.title')}</strong>
      <ul>
        {(texts.length > 0 || now.kind === 'faults' ? texts : [now.message]).map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </>
  );
}

function ConflictText({ conflict, desk }: { conflict: Conflict; desk: RoadsDesk }): JSX.Element {
  return (
    <>
      <strong>{t('conflict.title')}</strong>
      <p>{differenceText(conflict)}</p>
      <div class="actions">
        <button type="button" class="button small" onClick={() => desk.takeTheirs()}>
          {t(conflict.current ? 'conflict.theirs' : 'conflict.theirs.deleted')}
        </button>
        {conflict.action === 'save' && (
          <button type="button" class="button small" onClick={() => void desk.saveOverTheirs()}>
            {t('conflict.mine')}
          </button>
        )}
      </div>
    </>
  );
}

function differenceText({ current }: Conflict): string {
  if (!current) return t('conflict.deleted');
  const { version, time } = current.properties;
  const values = { n: version ?? '', time: localDateTime(Date.parse(time ?? '')) };
  const mine = draft.value && fenceOf(draft.value);
  const parts = mine && 'fence' in mine ? differences(mine.fence, current) : [];
  if (parts.length === 0) return t('conflict.same', values);
  return t('conflict.what', { ...values, parts: parts.map((part) => tOr(`part.${part}`, part)).join(', ') });
}
