/** What a terminal is as a base station. */
import type { JSX } from 'preact';
import type { TerminalDetail } from '../api';
import { count, localTime, UNKNOWN } from '../format';
import { t } from '../i18n';
import { BaseMark } from './base_mark';
import { Fact, Facts, Section } from './facts';

type Station = NonNullable<TerminalDetail['station']>;

export function StationChip({ station }: { station: Station }): JSX.Element {
  return (
    <span class="chip-static" data-field="station">
      <BaseMark health={station.health} size={14} />
      {t('base.role')}
    </span>
  );
}

export function StationSection({ station }: { station: Station }): JSX.Element {
  return (
    <Section title={t('base.role')}>
      <Facts>
        <Fact name={t('base.health')} field="health">
          {t(`health.${station.health}`)}
          <span class="quiet fact-note">{t(`health.${station.health}.long`)}</span>
        </Fact>
        <Fact name={t('base.station')}>{station.station ?? UNKNOWN}</Fact>
        <Fact name={t('base.rovers')}>{count(station.rovers)}</Fact>
        <Fact name={t('base.satellites')}>{count(station.satellites)}</Fact>
        <Fact name={t('base.age')}>
          {station.last_epoch === null ? t('base.never') : localTime(Date.parse(station.last_epoch))}
        </Fact>
        <Fact name={t('base.position_from')}>{sourceText(station.position_from)}</Fact>
      </Facts>
    </Section>
  );
}

function sourceText(from: string): string {
  return from === 'register' ? t('base.from.register') : t('base.from.message', { number: from });
}
