/** The grip of the bottom sheet on narrow screens: drag it, or press it to go one step up and round again. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { t } from '../i18n';
import { sheet } from '../state';

const STEPS = ['low', 'half', 'full'] as const;
const DRAG_PX_MIN = 24;

export function SheetHandle(): JSX.Element {
  const start_px = useRef<number | null>(null);
  const dragged = useRef(false);
  const move = (steps: number): void => {
    const i = STEPS.indexOf(sheet.value) + steps;
    sheet.value = STEPS[Math.max(0, Math.min(STEPS.length - 1, i))];
  };
  return (
    <button
      type="button"
      class="sheet-handle"
      aria-label={sheet.value === 'full' ? t('sheet.less') : t('sheet.more')}
      onPointerDown={(event) => {
        start_px.current = event.clientY;
        dragged.current = false;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (start_px.current === null) return;
        const way_px = start_px.current - event.clientY;
        if (Math.abs(way_px) < DRAG_PX_MIN * (dragged.current ? 5 : 1)) return;
        dragged.current = true;
        start_px.current = event.clientY;
        move(Math.sign(way_px));
      }}
      onPointerUp={() => {
        start_px.current = null;
      }}
      onClick={() => {
        if (!dragged.current)
          sheet.value = sheet.value === 'full' ? 'low' : STEPS[STEPS.indexOf(sheet.value) + 1];
      }}
    >
      <span />
    </button>
  );
}
