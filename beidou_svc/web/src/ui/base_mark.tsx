/** The mark of a base station, a survey point's triangle: its health as colour and as the sign inside. */
import type { JSX } from 'preact';
import type { BaseHealth } from '../bases';
import { t } from '../i18n';

const SIGN: Record<BaseHealth, JSX.Element> = {
  healthy: <circle cx="10" cy="12.4" r="1.9" class="base-sign-fill" />,
  silent: <path d="M7.9 10.4l4.2 4.2M12.1 10.4l-4.2 4.2" class="base-sign" />,
  jumped: <path d="M7.2 12.9h5M10.4 10.8l2.2 2.1-2.2 2.1" class="base-sign" />,
  degraded: <path d="M7.3 12.9h5.4" class="base-sign" />,
  unplaced: <path d="M10 9.2v3.4M10 14.9v.1" class="base-sign" />,
};

export function BaseMark({ health, size = 18 }: { health: BaseHealth; size?: number }): JSX.Element {
  return (
    <svg class={`base-mark base-${health}`} width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <path class="base-body" d="M10 2.2 18.6 17.2H1.4Z" />
      {SIGN[health]}
    </svg>
  );
}

export function HealthBadge({ health }: { health: BaseHealth }): JSX.Element {
  return (
    <span class={`health health-${health}`} title={t(`health.${health}.long`)} data-health={health}>
      {t(`health.${health}`)}
    </span>
  );
}
