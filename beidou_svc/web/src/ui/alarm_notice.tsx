/** What the panel says of a terminal whose positions are GCJ-02 but are said to be true: how far, since when, what to do. */
import type { JSX } from 'preact';
import { fixed, localDateTime } from '../format';
import type { Place } from '../frames/gcj02';
import { t } from '../i18n';
import { type Alarm, shiftM } from '../roads/alarms';

export function AlarmNotice({ alarm, place }: { alarm: Alarm; place: Place }): JSX.Element {
  const values = { d: fixed(shiftM(place), 0, 'm'), time: localDateTime(Date.parse(alarm.time)) };
  return (
    <div class="notice notice-warning" data-alarm={alarm.kind}>
      {/* only this is spoken at once: the distance changes while it drives */}
      <p role="alert">
        <strong>{t('alarm.title')}</strong>
      </p>
      <p>{t('alarm.what', values)}</p>
      <p>{t('alarm.hint')}</p>
    </div>
  );
}
