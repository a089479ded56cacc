/** Coordinates under the pointer and in the middle of the map, in a frame that is named and can be chosen. */
import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { fromMap, map_is_gcj02 } from '../frames/map_frame';
import { frameName, placeText, READOUTS, type Readout } from '../frames/readout';
import { t } from '../i18n';
import { page, readout } from '../state';
import { Icon } from './icons';

interface Props {
  /** In the frame of the base map, longitude and latitude. */
  pointer: Signal<[number, number] | null>;
  center: Signal<[number, number] | null>;
}

const COPIED_MS = 2000;

export function ReadoutBar({ pointer, center }: Props): JSX.Element {
  const epsg = page.value?.epsg ?? 0;
  const textOf = (place: [number, number] | null): string =>
    place ? placeText(fromMap(place), readout.value, epsg) : '';
  return (
    <section class="readout" aria-label={t('read.frame')}>
      <select
        class="readout-frame"
        value={readout.value}
        aria-label={t('read.frame')}
        title={t('read.frame')}
        onChange={(event) => {
          readout.value = event.currentTarget.value as Readout;
        }}
      >
        {READOUTS.map((each) => (
          <option key={each} value={each}>
            {frameName(each, epsg)}
          </option>
        ))}
      </select>
      <Center text={textOf(center.value)} />
      {pointer.value && (
        <span class="readout-place" aria-hidden="true" title={t('read.pointer')} data-field="pointer">
          <Icon name="follow" size={13} />
          {textOf(pointer.value)}
        </span>
      )}
      {isOutside(page.value?.basemap) && <BaseFrame />}
    </section>
  );
}

function Center({ text }: { text: string }): JSX.Element {
  const copied = useSignal(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, COPIED_MS);
  };
  return (
    <button
      type="button"
      class="readout-place"
      aria-label={`${t('read.center')}: ${text}. ${t('read.copy')}`}
      title={t('read.copy')}
      data-field="center"
      onClick={() => void copy()}
    >
      <Icon name={copied.value ? 'check' : 'target'} size={13} />
      {text}
    </button>
  );
}

/** Nobody says in which frame an outside base map is: whoever looks at it sees whether vehicles lie on its roads. */
function BaseFrame(): JSX.Element {
  return (
    <label class="check readout-base" title={t('read.base.hint')}>
      <input
        type="checkbox"
        checked={map_is_gcj02.value}
        onChange={(event) => {
          map_is_gcj02.value = event.currentTarget.checked;
        }}
      />
      {t('read.base')}
    </label>
  );
}

function isOutside(basemap: string | null | undefined): boolean {
  return typeof basemap === 'string' && !basemap.startsWith('/');
}
