/** Fields of the fence form, each with its label, its hint and what is wrong with it. */
import type { JSX } from 'preact';
import { t } from '../i18n';
import { draft, type RoadsDesk } from '../roads/desk';
import type { FenceDraft } from '../roads/fence_draft';
import { textOf } from '../roads/places_text';
import { faultsOf } from './fence_trouble';

export function patch(change: Partial<FenceDraft>): void {
  const now = draft.peek();
  if (now) draft.value = { ...now, ...change };
}

interface FieldProps {
  field: 'name' | 'groups' | 'radius_m' | 'half_width_m' | 'speed_limit_kmh' | 'dwell_s';
  label: string;
  value: string;
  hint?: string;
}

export function TextField({ field, label, value, hint }: FieldProps): JSX.Element {
  return <Field field={field} label={label} value={value} {...(hint ? { hint } : {})} type="text" />;
}

export function NumberField({ field, label, value }: FieldProps): JSX.Element {
  return <Field field={field} label={label} value={value} type="number" />;
}

function Field({ field, label, value, hint, type }: FieldProps & { type: 'text' | 'number' }): JSX.Element {
  const faults = faultsOf(field);
  return (
    <div class="field small">
      <label for={`fence-${field}`}>{label}</label>
      <input
        id={`fence-${field}`}
        name={field}
        type="text"
        inputMode={type === 'number' ? 'decimal' : 'text'}
        autoComplete="off"
        value={value}
        aria-invalid={faults.length > 0}
        aria-describedby={describedBy(field, hint !== undefined, faults.length > 0)}
        onInput={(event) => patch({ [field]: event.currentTarget.value })}
      />
      {hint && (
        <p id={`hint-${field}`} class="hint">
          {hint}
        </p>
      )}
      <Faults field={field} faults={faults} />
    </div>
  );
}

export function PlacesField({
  draft: now,
  desk,
  center,
}: {
  draft: FenceDraft;
  desk: RoadsDesk;
  center: () => [number, number] | null;
}): JSX.Element {
  const faults = faultsOf('places');
  const addCenter = (): void => {
    const place = center();
    if (!place) return;
    const line = textOf({ type: 'Point', coordinates: place });
    const before = now.shape === 'circle' ? '' : now.places.trimEnd();
    patch({ places: before === '' ? line : `${before}\n${line}` });
  };
  const draw_hint = now.places === '' ? (`fence.draw.hint.${now.shape}` as const) : 'fence.draw.hint.edit';
  return (
    <div class="field small">
      <label for="fence-places">{t('fence.places')}</label>
      <p id="hint-places" class="hint">
        {t(draw_hint)} {t(now.shape === 'circle' ? 'fence.places.circle' : 'fence.places.hint')}
      </p>
      <textarea
        id="fence-places"
        name="places"
        class="places"
        rows={now.shape === 'circle' ? 1 : 5}
        spellcheck={false}
        value={now.places}
        aria-invalid={faults.length > 0}
        aria-describedby={describedBy('places', true, faults.length > 0)}
        onInput={(event) => patch({ places: event.currentTarget.value })}
      />
      <Faults field="places" faults={faults} />
      <div class="actions">
        <button type="button" class="button small" onClick={() => desk.redraw()}>
          {t('fence.redraw')}
        </button>
        <button type="button" class="button small" onClick={addCenter}>
          {t('fence.center_here')}
        </button>
      </div>
    </div>
  );
}

export function Faults({ field, faults }: { field: string; faults: string[] }): JSX.Element | null {
  if (faults.length === 0) return null;
  return (
    <p id={`fault-${field}`} class="fault">
      {faults.join(' ')}
    </p>
  );
}

function describedBy(field: string, has_hint: boolean, has_fault: boolean): string | undefined {
  const ids = [...(has_hint ? [`hint-${field}`] : []), ...(has_fault ? [`fault-${field}`] : [])];
  return ids.length > 0 ? ids.join(' ') : undefined;
}
