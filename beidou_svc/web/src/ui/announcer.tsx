/** Says what happened to those who do not see it: changes of state only, never single updates. */
import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { t } from '../i18n';
import { said, stream } from '../state';

export function Announcer(): JSX.Element {
  const last = useSignal('');
  useSignalEffect(() => {
    const now = stream.value;
    const kind = now.phase === 'live' && now.resumed ? 'resumed' : now.phase;
    if (kind === last.peek()) return;
    last.value = kind;
    if (kind === 'live') said.value = t('conn.live');
    else if (kind === 'resumed') said.value = t('conn.resumed');
    else if (kind === 'refused') said.value = t('conn.refused');
    else if (now.phase === 'waiting') {
      said.value = t('conn.waiting', { s: Math.ceil((now.retry_at_ms - Date.now()) / 1000) });
    }
  });
  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      {said.value}
    </div>
  );
}
