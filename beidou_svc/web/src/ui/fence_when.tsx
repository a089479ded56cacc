/** When a fence is in force: any number of times of the week. */
import type { JSX } from 'preact';
import { t } from '../i18n';
import { DAYS } from '../roads/fence';
import type { FenceDraft, WeeklyDraft } from '../roads/fence_draft';
import { Faults, patch } from './fence_fields';
import { faultsOf } from './fence_trouble';
import { Icon } from './icons';

const WORKING_DAYS = DAYS.slice(0, 5);

export function FenceWhen({ draft }: { draft: FenceDraft }): JSX.Element {
  const { weekly } = draft;
  const change = (i: number, row: Partial<WeeklyDraft>): void =>
    patch({ weekly: weekly.map((each, k) => (k === i ? { ...each, ...row } : each)) });
  const add = (): void =>
    patch({ weekly: [...weekly, { days: new Set(WORKING_DAYS), from: '07:00', to: '18:00' }] });
  return (
    <fieldset class="fieldset">
      <legend>{t('fence.window')}</legend>
      <p class="hint">
        {weekly.length === 0 ? t('fence.window.always') : t('fence.window.zone', { zone: draft.zone })}
      </p>
      {weekly.map((row, i) => (
        <WeeklyRow
          key={i}
          row={row}
          n={i + 1}
          faults={faultsOf(`weekly-${i}`)}
          onChange={(more) => change(i, more)}
          onRemove={() => patch({ weekly: weekly.filter((_, k) => k !== i) })}
        />
      ))}
      <button type="button" class="button small" onClick={add}>
        <Icon name="plus" size={14} />
        {t('fence.window.add')}
      </button>
    </fieldset>
  );
}

interface RowProps {
  row: WeeklyDraft;
  n: number;
  faults: string[];
  onChange: (row: Partial<WeeklyDraft>) => void;
  onRemove: () => void;
}

function WeeklyRow({ row, n, faults, onChange, onRemove }: RowProps): JSX.Element {
  const toggle = (day: string): void => {
    const days = new Set(row.days);
    if (!days.delete(day)) days.add(day);
    onChange({ days });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset in a fieldset is read twice
    <div class="weekly" role="group" aria-label={t('fence.window.nth', { n })}>
      {/* biome-ignore lint/a11y/useSemanticElements: see above */}
      <div class="days" role="group" aria-label={t('fence.window.days')}>
        {DAYS.map((day) => (
          <button
            key={day}
            type="button"
            class="day"
            aria-pressed={row.days.has(day)}
            onClick={() => toggle(day)}
          >
            {t(`day.${day}`)}
          </button>
        ))}
      </div>
      <div class="times">
        <Time label={t('fence.window.from')} value={row.from} onInput={(from) => onChange({ from })} />
        <Time label={t('fence.window.to')} value={row.to} onInput={(to) => onChange({ to })} />
        <button
          type="button"
          class="tool small"
          aria-label={t('fence.window.remove')}
          title={t('fence.window.remove')}
          onClick={onRemove}
        >
          <Icon name="close" size={16} />
        </button>
      </div>
      <Faults field={`weekly-${n - 1}`} faults={faults} />
    </div>
  );
}

function Time({
  label,
  value,
  onInput,
}: {
  label: string;
  value: string;
  onInput: (value: string) => void;
}): JSX.Element {
  return (
    <label class="time">
      <span>{label}</span>
      <input type="time" value={value} onInput={(event) => onInput(event.currentTarget.value)} />
    </label>
  );
}
