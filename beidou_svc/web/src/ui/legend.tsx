/** Legend of the map, count and filter in one: fix qualities and liveness. */
import type { JSX } from 'preact';
import { count, percent } from '../format';
import { t } from '../i18n';
import { LIVENESS, QUALITIES } from '../quality';
import { counts, filter } from '../state';
import { ClosedRoadsNote } from './closed_roads_note';
import { QualityMark } from './quality_mark';

/** Qualities that every fleet meets are always listed; the rest only when a terminal has one. */
const ALWAYS = new Set([4, 5, 2, 1, 0]);

export function listedQualities(): number[] {
  return QUALITIES.map((q) => q.value).filter(
    (value) =>
      ALWAYS.has(value) || counts.value.quality[value] > 0 || filter.value.hidden_qualities.has(value),
  );
}

export function Legend(): JSX.Element {
  const { quality, liveness } = counts.value;
  const reachable = liveness[1] + liveness[2];
  return (
    <section class="legend" aria-labelledby="legend-title">
      <h2 id="legend-title" title={t('legend.hint')}>
        {t('legend.title')}
      </h2>
      <div class="share-bar" aria-hidden="true">
        {QUALITIES.map(
          (q) =>
            quality[q.value] > 0 && (
              <span key={q.value} class={`fill-q${q.value}`} style={{ flexGrow: quality[q.value] }} />
            ),
        )}
      </div>
      <ul class="legend-list">
        {listedQualities().map((value) => (
          <li key={value}>
            <LegendButton value={value} n={quality[value]} total={reachable} />
          </li>
        ))}
      </ul>
      <ClosedRoadsNote />
      <h2 class="visually-hidden">{t('legend.live')}</h2>
      <ul class="chips">
        {[2, 1, 0].map((code) => (
          <li key={code}>
            <LivenessChip code={code} n={liveness[code]} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function LegendButton({ value, n, total }: { value: number; n: number; total: number }): JSX.Element {
  const name = t(`quality.${value}` as 'quality.0');
  const share = percent(n, total);
  return (
    <button
      type="button"
      class="legend-item"
      data-quality={value}
      aria-pressed={!filter.value.hidden_qualities.has(value)}
      title={t(`quality.${value}.long` as 'quality.0.long')}
      onClick={() => toggleQuality(value)}
      onDblClick={() => onlyQuality(value)}
    >
      <QualityMark value={value} />
      <span class="legend-name">{name}</span>
      <span class="legend-count">{count(n)}</span>
      <span class="legend-share">{share}</span>
    </button>
  );
}

function LivenessChip({ code, n }: { code: number; n: number }): JSX.Element {
  const name = LIVENESS[code];
  return (
    <button
      type="button"
      class={`chip chip-${name}`}
      aria-pressed={!filter.value.hidden_liveness.has(code)}
      onClick={() => toggleLiveness(code)}
    >
      <span class="chip-lamp" />
      {t(`live.${name}`)} <span class="chip-count">{count(n)}</span>
    </button>
  );
}

function toggled(set: ReadonlySet<number>, value: number): Set<number> {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}

export function toggleQuality(value: number): void {
  filter.value = { ...filter.value, hidden_qualities: toggled(filter.value.hidden_qualities, value) };
}

function onlyQuality(value: number): void {
  const others = QUALITIES.map((q) => q.value).filter((v) => v !== value);
  filter.value = { ...filter.value, hidden_qualities: new Set(others) };
}

function toggleLiveness(code: number): void {
  filter.value = { ...filter.value, hidden_liveness: toggled(filter.value.hidden_liveness, code) };
}
