/** State of the live connection, in words, with the way out of each trouble. */
import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { localTime } from '../format';
import { t } from '../i18n';
import type { Session } from '../session';
import { stream } from '../state';
import type { StreamState } from '../stream';
import { now_ms } from './clock';

/** How long "live again" is shown before it becomes plain "live". */
const RESUMED_SHOWN_MS = 6000;
const CODE_SLOW = 1013;
const CODE_RESTART = 1012;
const CODE_GOING_AWAY = 1001;

export function Connection({ session }: { session: Session }): JSX.Element {
  const resumed_at_ms = useSignal(0);
  useSignalEffect(() => {
    if (stream.value.phase === 'live' && stream.value.resumed) resumed_at_ms.value = Date.now();
  });
  const now = stream.value;
  const fresh = now_ms.value - resumed_at_ms.value < RESUMED_SHOWN_MS;
  const resumed = now.phase === 'live' && now.resumed && fresh;
  return (
    <section class="connection" aria-label={t('conn.label')}>
      <span class={`pill pill-${resumed ? 'resumed' : now.phase}`} data-phase={now.phase}>
        <span class="pill-lamp" />
        {resumed ? t('conn.resumed') : words(now)}
      </span>
      {now.phase === 'waiting' && (
        <button type="button" class="button small" onClick={() => session.retryNow()}>
          {t('conn.retry')}
        </button>
      )}
    </section>
  );
}

/** A line across the map while the picture is not live, so that nobody works with an old one unknowingly. */
export function LostNotice(): JSX.Element | null {
  const now = stream.value;
  const since = useSignal(0);
  useSignalEffect(() => {
    if (stream.value.phase === 'live') since.value = 0;
    else if (stream.value.phase === 'waiting' && since.peek() === 0) since.value = Date.now();
  });
  if (now.phase !== 'waiting' && !(now.phase === 'connecting' && since.value > 0)) return null;
  const code = now.phase === 'waiting' ? now.code : 0;
  return (
    <p class="notice notice-warning" data-notice="lost">
      {t('conn.why', { reason: reason(code), time: localTime(since.value) })}
    </p>
  );
}

function words(now: StreamState): string {
  switch (now.phase) {
    case 'waiting':
      return t('conn.waiting', { s: Math.max(0, Math.ceil((now.retry_at_ms - now_ms.value) / 1000)) });
    case 'live':
      return t('conn.live');
    case 'connecting':
      return t('conn.connecting');
    case 'refused':
      return t('conn.refused');
    case 'stopped':
      return t('conn.stopped');
  }
}

function reason(code: number): string {
  if (code === CODE_SLOW) return t('conn.reason.slow');
  if (code === CODE_RESTART || code === CODE_GOING_AWAY) return t('conn.reason.restart');
  return t('conn.reason.network');
}
