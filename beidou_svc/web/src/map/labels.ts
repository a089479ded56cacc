/** The letters of the map's labels. */
import type { Map as LibreMap, StyleSpecification } from 'maplibre-gl';

/** As the page's own: what the system has, else what comes with the page. */
export const LABEL_FONT = [
  'Inter Variable',
  'PingFang SC',
  'Microsoft YaHei',
  'Noto Sans CJK SC',
  'Noto Sans SC',
  'Noto Sans SC Variable',
  'sans-serif',
];

/** The files of a large font come one by one, when a letter of theirs is first wanted. */
const TOGETHER_MS = 150;

/**
 * A letter is drawn once and kept, even where its font had not come yet: after fonts have come all are drawn anew.
 * Gives what ends it.
 */
export function redrawAsFontsCome(map: LibreMap, fonts: FontFaceSet = document.fonts): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onCome = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => redraw(map), TOGETHER_MS);
  };
  fonts.addEventListener('loadingdone', onCome);
  return () => {
    clearTimeout(timer);
    fonts.removeEventListener('loadingdone', onCome);
  };
}

function redraw(map: LibreMap): void {
  const style: StyleSpecification | undefined = map.getStyle();
  if (!style) return; // not there yet: nothing was drawn
  map.setGlyphs(map.getGlyphs()); // forgets the letters
  for (const id of Object.keys(style.sources)) map.refreshTiles(id);
}
