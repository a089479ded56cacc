/** The marker of a fix quality as it is drawn on the map: colour and glyph. */
import type { JSX } from 'preact';
import { type Glyph, qualityOf } from '../quality';

const GLYPH: Record<Glyph, JSX.Element | null> = {
  plain: null,
  dot: <circle cx="8" cy="8" r="2.3" />,
  bar: <rect x="4" y="6.7" width="8" height="2.6" />,
  ring: <circle cx="8" cy="8" r="3.9" />,
  cross: <path d="M5.2 5.2 10.8 10.8M10.8 5.2 5.2 10.8" class="mark-stroke" />,
  split: <path d="M8 4.2a3.8 3.8 0 0 0 0 7.6Z" />,
};

export function QualityMark({ value, size = 14 }: { value: number; size?: number }): JSX.Element {
  return (
    <svg class={`mark q${value}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6.5" class="mark-body" />
      <g class="mark-glyph">{GLYPH[qualityOf(value).glyph]}</g>
    </svg>
  );
}
