/** The legend's entry for closed roads, while there are any. */
import type { JSX } from 'preact';
import { count } from '../format';
import { t } from '../i18n';
import { closed_roads } from '../roads/closures';

export function ClosedRoadsNote(): JSX.Element | null {
  const n = closed_roads.value.length;
  if (n === 0) return null;
  return (
    <p class="legend-note" data-closed-roads={n} title={t('legend.closed.hint')}>
      <svg class="closed-mark" width="16" height="14" viewBox="5 0 16 14" aria-hidden="true">
        <path d="M0 7H26" class="closed-ground" />
        <path d="M0 7H26" class="closed-dashes" />
        <path d="M9.5 3.5 16.5 10.5M16.5 3.5 9.5 10.5" class="closed-ground" />
        <path d="M9.5 3.5 16.5 10.5M16.5 3.5 9.5 10.5" class="closed-cross" />
      </svg>
      <span class="legend-name">{t('legend.closed')}</span>
      <span class="legend-count">{count(n)}</span>
    </p>
  );
}
