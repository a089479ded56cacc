/** Form of a fence: everything that the map can do, and what only words can say. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { localDateTime } from '../format';
import { t } from '../i18n';
import { type RoadsDesk, saving, trouble } from '../roads/desk';
import { KINDS } from '../roads/fence';
import type { FenceDraft } from '../roads/fence_draft';
import { said } from '../state';
import { NumberField, PlacesField, patch, TextField } from './fence_fields';
import { FenceTrouble, faultsOf } from './fence_trouble';
import { FenceWhen } from './fence_when';
import { Icon } from './icons';

interface Props {
  desk: RoadsDesk;
  draft: FenceDraft;
  center: () => [number, number] | null;
}

export function FenceForm({ desk, draft, center }: Props): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const save = async (): Promise<void> => {
    const name = draft.name;
    if (await desk.save()) said.value = t('fence.saved', { name });
  };
  return (
    <form
      class="pane-scroll fence-form"
      noValidate
      aria-label={draft.id === null ? t('fence.new') : t('fence.title.edit')}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2 ref={heading} tabIndex={-1} class="fence-title">
        {draft.id === null
          ? t('fence.title.new', { shape: t(`shape.${draft.shape}`) })
          : t('fence.title.edit')}
      </h2>
      {draft.kept.version !== undefined && (
        <p class="pane-summary">
          {t('fence.version', {
            n: draft.kept.version,
            time: localDateTime(Date.parse(draft.kept.time ?? '')),
          })}
        </p>
      )}
      {trouble.value && <FenceTrouble desk={desk} />}
      <TextField field="name" label={t('fence.name')} value={draft.name} />
      <PlacesField draft={draft} desk={desk} center={center} />
      {draft.shape === 'circle' && (
        <NumberField field="radius_m" label={t('fence.radius')} value={draft.radius_m} />
      )}
      {draft.shape === 'corridor' && (
        <NumberField field="half_width_m" label={t('fence.half_width')} value={draft.half_width_m} />
      )}
      <Kinds draft={draft} />
      {draft.kinds.has('speeding') && (
        <NumberField field="speed_limit_kmh" label={t('fence.speed_limit')} value={draft.speed_limit_kmh} />
      )}
      {draft.kinds.has('dwell') && (
        <NumberField field="dwell_s" label={t('fence.dwell')} value={draft.dwell_s} />
      )}
      <FenceWhen draft={draft} />
      <TextField
        field="groups"
        label={t('fence.groups')}
        value={draft.groups}
        hint={t('fence.groups.hint')}
      />
      <div class="form-end">
        <button type="submit" class="button primary" disabled={saving.value}>
          {saving.value ? t('fence.saving') : t('fence.save')}
        </button>
        <button type="button" class="button" onClick={() => desk.cancel()}>
          {t('fence.cancel')}
        </button>
        {draft.id !== null && <DeleteButton desk={desk} />}
      </div>
    </form>
  );
}

function Kinds({ draft }: { draft: FenceDraft }): JSX.Element {
  const faults = faultsOf('kinds');
  const toggle = (kind: string): void => {
    const kinds = new Set(draft.kinds);
    if (!kinds.delete(kind)) kinds.add(kind);
    patch({ kinds });
  };
  return (
    <fieldset class="fieldset" aria-describedby={faults.length > 0 ? 'fault-kinds' : undefined}>
      <legend>{t('fence.kinds')}</legend>
      <div class="checks">
        {KINDS.map((kind) => (
          <label key={kind} class="check">
            <input
              type="checkbox"
              name={`kind-${kind}`}
              checked={draft.kinds.has(kind)}
              onChange={() => toggle(kind)}
            />
            {t(`kind.${kind}`)}
          </label>
        ))}
      </div>
      {faults.map((text) => (
        <p key={text} id="fault-kinds" class="fault">
          {text}
        </p>
      ))}
    </fieldset>
  );
}

/** Asks once more, in place: a fence that is gone is no longer watched. */
function DeleteButton({ desk }: { desk: RoadsDesk }): JSX.Element {
  const sure = useSignal(false);
  const press = async (): Promise<void> => {
    if (!sure.value) sure.value = true;
    else if (await desk.remove()) said.value = t('fence.deleted');
  };
  return (
    <button
      type="button"
      class={`button delete${sure.value ? ' sure' : ''}`}
      disabled={saving.value}
      onClick={() => void press()}
      onBlur={() => {
        sure.value = false;
      }}
    >
      <Icon name="trash" size={16} />
      {sure.value ? t('fence.delete.sure') : t('fence.delete')}
    </button>
  );
}
