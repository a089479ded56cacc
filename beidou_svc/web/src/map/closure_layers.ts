/** Closed roads on the base map: a barrier's dashes with crosses on them, and arrows where one direction is open. */
import type { ExpressionSpecification, GeoJSONSource, Map as LibreMap } from 'maplibre-gl';
import type { ClosedRoad } from '../roads/closures';
import type { ToMap } from './fence_layers';
import { LABEL_FONT } from './labels';

const SOURCE = 'closure';
const LINES = ['closure-casing', 'closure-dashes'] as const;
const SIGN = 'closure-sign';
const SIGN_ZOOM_MIN = 12;

interface Look {
  line: string;
  ground: string;
}

const LOOKS: Record<'light' | 'dark', Look> = {
  light: { line: '#b91c1c', ground: '#ffffff' },
  dark: { line: '#ff9c9c', ground: '#2a0d10' },
};

export class ClosureLayers {
  private shown: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
  private dark = false;
  private has_style = false;

  constructor(
    private readonly map: LibreMap,
    private readonly toMap: ToMap,
  ) {}

  show(roads: readonly ClosedRoad[]): void {
    this.shown = { type: 'FeatureCollection', features: roads.map((road) => this.drawable(road)) };
    this.update();
  }

  setDark(dark: boolean): void {
    this.dark = dark;
    if (!this.has_style || !this.map.getSource(SOURCE)) return;
    const { line, ground } = this.look;
    this.map.setPaintProperty(LINES[0], 'line-color', ground);
    this.map.setPaintProperty(LINES[1], 'line-color', line);
    this.map.setPaintProperty(SIGN, 'text-color', line);
    this.map.setPaintProperty(SIGN, 'text-halo-color', ground);
  }

  /** The map's style is there: only now can anything be added to it. */
  begin(dark: boolean): void {
    this.has_style = true;
    this.setDark(dark);
    this.update();
  }

  /** Ids of those that are drawn in view, dashes and crosses. */
  get drawn(): { dashes: number[]; signs: number[] } {
    return { dashes: this.idsOf(LINES[1]), signs: this.idsOf(SIGN) };
  }

  private idsOf(layer: string): number[] {
    if (!this.map.getLayer(layer)) return [];
    const found = this.map.queryRenderedFeatures({ layers: [layer] });
    return [...new Set(found.map((feature) => Number(feature.id)))].sort((a, b) => a - b);
  }

  private get look(): Look {
    return LOOKS[this.dark ? 'dark' : 'light'];
  }

  private drawable({ id, geometry, properties }: ClosedRoad): GeoJSON.Feature {
    return {
      type: 'Feature',
      id,
      geometry: { type: 'LineString', coordinates: geometry.coordinates.map(this.toMap) },
      properties: { is_whole: properties.is_whole ?? false },
    };
  }

  private update(): void {
    const { map } = this;
    if (!this.has_style) return;
    if (!map.getSource(SOURCE)) this.addLayers();
    (map.getSource(SOURCE) as GeoJSONSource).setData(this.shown);
  }

  private addLayers(): void {
    const { map } = this;
    const { line, ground } = this.look;
    map.addSource(SOURCE, { type: 'geojson', data: this.shown });
    const layout = { 'line-cap': 'butt', 'line-join': 'round' } as const;
    map.addLayer({
      id: LINES[0],
      type: 'line',
      source: SOURCE,
      layout,
      paint: { 'line-color': ground, 'line-width': width(2) },
    });
    map.addLayer({
      id: LINES[1],
      type: 'line',
      source: SOURCE,
      layout,
      paint: { 'line-color': line, 'line-width': width(0), 'line-dasharray': [1.1, 0.9] },
    });
    map.addLayer({
      id: SIGN,
      type: 'symbol',
      source: SOURCE,
      minzoom: SIGN_ZOOM_MIN,
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 70,
        'text-field': ['case', ['get', 'is_whole'], '×', '× ›'],
        'text-font': LABEL_FONT,
        'text-size': ['interpolate', ['linear'], ['zoom'], SIGN_ZOOM_MIN, 18, 18, 30],
        'text-keep-upright': false,
        'text-rotation-alignment': 'map',
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': line, 'text-halo-color': ground, 'text-halo-width': 2.5 },
    });
  }
}

/** A road's width on the screen, and a margin. */
function width(margin_px: number): ExpressionSpecification {
  return [
    'interpolate',
    ['exponential', 1.5],
    ['zoom'],
    10,
    2.4 + margin_px,
    14,
    4 + margin_px,
    18,
    12 + margin_px,
  ];
}
