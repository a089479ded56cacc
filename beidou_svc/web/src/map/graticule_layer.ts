/** Draws the graticule on a map that has no base map, anew for every view. */
import type { GeoJSONSource, Map as LibreMap } from 'maplibre-gl';
import { graticule } from './graticule';
import { gridColours } from './style';

const SOURCE = 'graticule';

export function drawGraticule(map: LibreMap, dark: boolean): void {
  if (!map.isStyleLoaded()) return;
  const b = map.getBounds();
  const data = graticule([b.getWest(), b.getSouth(), b.getEast(), b.getNorth()]);
  const source = map.getSource(SOURCE) as GeoJSONSource | undefined;
  if (source) {
    source.setData(data);
    return;
  }
  const colours = gridColours(dark);
  map.addSource(SOURCE, { type: 'geojson', data });
  map.addLayer({
    id: SOURCE,
    type: 'line',
    source: SOURCE,
    paint: { 'line-color': colours.line, 'line-width': 1 },
  });
  map.addLayer({
    id: `${SOURCE}-label`,
    type: 'symbol',
    source: SOURCE,
    layout: {
      'symbol-placement': 'line',
      'text-field': ['get', 'label'],
      'text-font': ['sans-serif'],
      'text-size': 11,
    },
    paint: { 'text-color': colours.text, 'text-halo-color': colours.halo, 'text-halo-width': 2 },
  });
}
