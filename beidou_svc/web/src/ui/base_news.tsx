/** Says when a base station stops or starts being healthy: a notice on the map, and words for screen readers. */
import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { type BaseHealth, healthNews } from '../bases';
import { localTime } from '../format';
import { t } from '../i18n';
import { bases, said, sheet, status, tab } from '../state';
import { BaseMark } from './base_mark';
import { now_ms } from './clock';
import { NoticeRow } from './notice_row';

/** Good news goes away by itself. */
const GOOD_SHOWN_MS = 10_000;
/** More bases than these fill the map with notices; the list has all. */
const SHOWN_MAX = 3;

interface Notice {
  id: string;
  health: BaseHealth;
  /** When it happened, and when that was noticed. */
  t_ms: number;
  seen_ms: number;
}

export function BaseNews(): JSX.Element | null {
  const before = useRef(new Map<string, BaseHealth>());
  const notices = useSignal<readonly Notice[]>([]);
  useSignalEffect(() => {
    const known = bases.value;
    const news = healthNews(before.current, known);
    for (const { id, health } of known) before.current.set(id, health);
    if (news.length === 0) return;
    const fresh = news.map(({ id, health }) => noticeOf(id, health));
    notices.value = [...fresh, ...notices.peek().filter((old) => !news.some(({ id }) => id === old.id))];
    said.value = fresh.map(words).join(' ');
  });
  const dismiss = (notice: Notice): void => {
    notices.value = notices.value.filter((each) => each !== notice);
  };
  const shown = notices.value.filter(
    (n) => n.health !== 'healthy' || now_ms.value - n.seen_ms < GOOD_SHOWN_MS,
  );
  return (
    <>
      {shown.slice(0, SHOWN_MAX).map((notice) => (
        <NoticeLine key={notice.id} notice={notice} onDismiss={() => dismiss(notice)} />
      ))}
    </>
  );
}

function noticeOf(id: string, health: BaseHealth): Notice {
  const base = bases.peek().find((each) => each.id === id);
  const since = health === 'silent' ? base?.last_epoch : status.peek()?.time;
  return { id, health, t_ms: since ? Date.parse(since) : Date.now(), seen_ms: Date.now() };
}

function words({ id, health, t_ms }: Notice): string {
  return t(`news.${health}`, { id, time: localTime(t_ms) });
}

function NoticeLine({ notice, onDismiss }: { notice: Notice; onDismiss: () => void }): JSX.Element {
  const is_good = notice.health === 'healthy';
  const onFollow = (): void => {
    tab.value = 'bases';
    if (sheet.value === 'low') sheet.value = 'half';
  };
  return (
    <NoticeRow
      kind={is_good ? 'good' : 'warning'}
      about="base"
      mark={<BaseMark health={notice.health} />}
      way={tab.value === 'bases' || is_good ? null : { label: t('news.open'), onFollow }}
      onDismiss={onDismiss}
    >
      {words(notice)}
    </NoticeRow>
  );
}
