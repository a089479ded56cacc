/** One line of news on the map: a mark, words, a way on, and a button that puts it away. */
import type { ComponentChildren, JSX } from 'preact';
import { t } from '../i18n';
import { Icon } from './icons';

interface Props {
  kind: 'good' | 'warning';
  /** What it is about, for those who look for it. */
  about: string;
  mark: JSX.Element;
  children: ComponentChildren;
  /** Where it leads to; null = nowhere else than here. */
  way: { label: string; onFollow: () => void } | null;
  onDismiss: () => void;
}

export function NoticeRow({ kind, about, mark, children, way, onDismiss }: Props): JSX.Element {
  return (
    <div class={`notice notice-${kind} notice-row`} data-notice={about}>
      {mark}
      <span>{children}</span>
      {way && (
        <button type="button" class="link" onClick={way.onFollow}>
          {way.label}
        </button>
      )}
      <button
        type="button"
        class="tool small"
        aria-label={t('news.dismiss')}
        title={t('news.dismiss')}
        onClick={onDismiss}
      >
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}
