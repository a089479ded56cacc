/** The sign of a kind of event, in the list and on the map. */
import type { JSX } from 'preact';
import { Icon, type IconName } from './icons';

const ICON: Record<string, IconName> = {
  enter: 'enter',
  exit: 'exit_fence',
  dwell: 'clock',
  cross: 'cross_over',
  speeding: 'speed',
  speeding_end: 'speed',
  deviation: 'off_line',
  return: 'off_line',
  wrong_way: 'wrong_way',
  wrong_way_end: 'wrong_way',
  arrived: 'stop',
  departed: 'stop',
};

/** Kinds that somebody may have to act on. */
const SERIOUS = new Set(['speeding', 'wrong_way', 'deviation', 'dwell']);

export function isSerious(kind: string): boolean {
  return SERIOUS.has(kind);
}

export function EventMark({ kind, size = 18 }: { kind: string; size?: number }): JSX.Element {
  return (
    <span class={`event-mark${isSerious(kind) ? ' event-serious' : ''}`}>
      <Icon name={ICON[kind] ?? 'warning'} size={size} />
    </span>
  );
}
