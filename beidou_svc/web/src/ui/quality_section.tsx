/** How good a position is, and why: standard deviations, protection levels, who computed it and from what. */
import type { JSX } from 'preact';
import type { LatestFix } from '../api';
import type { BaseInUse } from '../bases';
import type { Fleet } from '../fleet';
import { distance, fixed, sigma, UNKNOWN } from '../format';
import { t, tOr } from '../i18n';
import { BaseMark } from './base_mark';
import { Fact, Facts, Section } from './facts';

/** Above this a ratio only says "far better". */
const RATIO_SHOWN_MAX = 999;
/** Forms of receivers whose name is written otherwise than in capitals. */
const FORM_NAME: Record<string, string> = { jt808: 'JT/T 808' };

interface Props {
  latest: LatestFix | null;
  /** The base that the service computes this rover against. */
  base: BaseInUse | null;
  fleet: Fleet;
  slot: number;
}

export function QualitySection({ latest, base, fleet, slot }: Props): JSX.Element {
  return (
    <Section title={t('qual.title')}>
      <h4>{t('qual.sigma')}</h4>
      <div class="sigmas">
        <Length name={t('qual.north')} value_m={latest?.sigma_n_m} />
        <Length name={t('qual.east')} value_m={latest?.sigma_e_m} />
        <Length name={t('qual.up')} value_m={latest?.sigma_u_m} />
        <Length name={t('qual.horizontal')} value_m={fleet.sigma_h_m[slot]} />
      </div>
      <ProtectionLevels latest={latest} />
      <Facts>
        <Fact name={t('qual.age')} field="age">
          {fixed(fleet.age_corr_s[slot], 1, 's')}
        </Fact>
        <Fact name={t('qual.base')} field="base">
          {base ? <BaseUsed base={base} /> : (latest?.base_id ?? UNKNOWN)}
        </Fact>
        {isKnown(latest?.baseline_m) && (
          <Fact name={t('qual.baseline')} field="baseline">
            {distance(latest?.baseline_m)}
          </Fact>
        )}
        {isKnown(latest?.ratio) && (
          <Fact name={t('qual.ratio')} field="ratio">
            {ratioText(latest?.ratio ?? 0)}
          </Fact>
        )}
        <Fact name={t('qual.hdop')}>{fixed(latest?.hdop, 2)}</Fact>
        <Fact name={t('qual.vdop')}>{fixed(latest?.vdop, 2)}</Fact>
        <Fact name={t('qual.pdop')}>{fixed(latest?.pdop, 2)}</Fact>
        <Fact name={t('qual.sats')}>{latest?.sats_used ?? UNKNOWN}</Fact>
        {latest?.source && (
          <Fact name={t('qual.source')} field="source">
            {sourceText(latest.source)}
          </Fact>
        )}
      </Facts>
    </Section>
  );
}

function BaseUsed({ base }: { base: BaseInUse }): JSX.Element {
  return (
    <>
      {base.health && <BaseMark health={base.health} size={14} />} {base.id}
      <span class="quiet fact-note">{tOr(`reason.${base.reason}`, base.reason)}</span>
    </>
  );
}

function ProtectionLevels({ latest }: { latest: LatestFix | null }): JSX.Element | null {
  if (!isKnown(latest?.pl_h_m) && !isKnown(latest?.pl_v_m)) return null;
  return (
    <>
      <h4>{t('qual.pl')}</h4>
      <div class="sigmas" data-field="protection">
        <Length name={t('qual.horizontal')} value_m={latest?.pl_h_m} />
        <Length name={t('qual.vertical')} value_m={latest?.pl_v_m} />
      </div>
    </>
  );
}

function Length({ name, value_m }: { name: string; value_m: number | null | undefined }): JSX.Element {
  return (
    <div class="sigma">
      <span class="sigma-value">{sigma(value_m)}</span>
      <span class="sigma-name">{name}</span>
    </div>
  );
}

function isKnown(value: number | null | undefined): boolean {
  return value !== null && value !== undefined;
}

function ratioText(ratio: number): string {
  return ratio > RATIO_SHOWN_MAX ? `> ${RATIO_SHOWN_MAX}` : fixed(ratio, 1);
}

/** `unknown` is a position of which nobody said where it comes from. */
function sourceText(source: string): string {
  if (source === 'unknown') return UNKNOWN;
  if (source === 'engine') return t('qual.source.engine');
  return t('qual.source.receiver', { form: FORM_NAME[source] ?? source.toUpperCase() });
}
