/** Says that a terminal sends GCJ-02 as if it were true: notices on the map, and words for screen readers. */
import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { localDateTime } from '../format';
import { t } from '../i18n';
import { type Alarm, alarms, keyOf } from '../roads/alarms';
import type { Session } from '../session';
import { filter, pulse, said, sheet, tab } from '../state';
import { Icon } from './icons';
import { NoticeRow } from './notice_row';

/** More than these at once are one line, which leads to the list. */
const SINGLE_MAX = 2;

interface Props {
  session: Session;
  onOpen: (id: string) => void;
}

export function AlarmNews({ session, onOpen }: Props): JSX.Element {
  const spoken = useRef<ReadonlySet<string>>(new Set());
  const dismissed = useSignal<ReadonlySet<string>>(new Set());
  const nameOf = (id: string): string => session.fleet.names[session.fleet.slotOf(id)] ?? id;
  const words = ({ terminal, time }: Alarm): string =>
    t('alarm.news', { name: nameOf(terminal), time: localDateTime(Date.parse(time)) });
  useSignalEffect(() => {
    const begun = alarms.value.filter((alarm) => !spoken.current.has(keyOf(alarm)));
    spoken.current = new Set(alarms.value.map(keyOf));
    if (begun.length > SINGLE_MAX) said.value = t('alarm.many', { n: begun.length });
    else if (begun.length > 0) said.value = begun.map(words).join(' ');
  });
  const dismiss = (some: readonly Alarm[]): void => {
    dismissed.value = new Set([...dismissed.value, ...some.map(keyOf)]);
  };
  const open = alarms.value.filter((alarm) => !dismissed.value.has(keyOf(alarm)));
  if (open.length > 0) pulse.value; // names come with the live stream, perhaps after the alarms
  const mark = <Icon name="warning" size={18} />;
  if (open.length > SINGLE_MAX) {
    const onFollow = (): void => {
      dismiss(open);
      showAlarmed();
    };
    return (
      <NoticeRow
        kind="warning"
        about="alarm"
        mark={mark}
        way={{ label: t('alarm.show_all'), onFollow }}
        onDismiss={() => dismiss(open)}
      >
        {t('alarm.many', { n: open.length })}
      </NoticeRow>
    );
  }
  return (
    <>
      {open.map((alarm) => {
        const onFollow = (): void => {
          dismiss([alarm]);
          onOpen(alarm.terminal);
        };
        return (
          <NoticeRow
            key={keyOf(alarm)}
            kind="warning"
            about="alarm"
            mark={mark}
            way={{ label: t('alarm.open'), onFollow }}
            onDismiss={() => dismiss([alarm])}
          >
            {words(alarm)}
          </NoticeRow>
        );
      })}
    </>
  );
}

/** The list, with nobody in it but them. */
function showAlarmed(): void {
  tab.value = 'terminals';
  filter.value = { ...filter.value, only_alarmed: true };
  if (sheet.value === 'low') sheet.value = 'half';
}
