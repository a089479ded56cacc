/** Fences on the base map: areas, circles and corridors, the selected one, and the one that is being edited. */
import type { ExpressionSpecification, GeoJSONSource, Map as LibreMap } from 'maplibre-gl';
import { type Fence, type Position, positionsOf, shapeOf } from '../roads/fence';
import { LABEL_FONT } from './labels';
import { latitudeDeg, longitudeDeg, mercatorX, mercatorY, worldPerMetre } from './mercator';

const SOURCE = 'fence';
const DRAFT = 'fence-draft';

const CIRCLE_POINTS = 72;
const TILE_PX = 512;
const ZOOM_MAX = 22;
const LABEL_ZOOM_MIN = 12.5;

interface Look {
  line: string;
  text: string;
  halo: string;
}

const LOOKS: Record<'light' | 'dark', Look> = {
  light: { line: '#9a3412', text: '#7c2d12', halo: '#ffffff' },
  dark: { line: '#fdba74', text: '#fed7aa', halo: '#10161d' },
};

/** Moves a place into the frame of the base map. */
export type ToMap = (place: Position) => Position;

export class FenceLayers {
  private shown: GeoJSON.FeatureCollection = collection([]);
  private draft: GeoJSON.FeatureCollection = collection([]);
  private selected: string | null = null;
  private dark = false;
  private has_style = false;

  constructor(
    private readonly map: LibreMap,
    private readonly toMap: ToMap,
  ) {}

  show(fences: readonly Fence[], selected: string | null, hidden: string | null): void {
    const seen = fences.filter((fence) => String(fence.id) !== hidden);
    this.shown = collection(seen.map((fence) => drawable(fence, this.toMap)));
    this.selected = selected;
    this.update();
  }

  /** The shape that is being edited; null = none is. */
  showDraft(fence: Fence | null): void {
    this.draft = collection(fence ? [drawable(fence, this.toMap)] : []);
    this.update();
  }

  setDark(dark: boolean): void {
    this.dark = dark;
    if (!this.has_style || !this.map.getSource(SOURCE)) return;
    const { line, text, halo } = LOOKS[dark ? 'dark' : 'light'];
    for (const layer of ['fence-fill', DRAFT]) this.map.setPaintProperty(layer, 'fill-color', line);
    for (const layer of [
      'fence-edge',
      'fence-corridor',
      'fence-selected',
      `${DRAFT}-edge`,
      `${DRAFT}-corridor`,
    ])
      this.map.setPaintProperty(layer, 'line-color', line);
    for (const layer of ['fence-way', 'fence-label']) {
      this.map.setPaintProperty(layer, 'text-color', text);
      this.map.setPaintProperty(layer, 'text-halo-color', halo);
    }
  }

  /** The id of the fence drawn at a place of the screen, the smallest where several are; null = none. */
  at(x_px: number, y_px: number): string | null {
    if (!this.map.getLayer('fence-fill')) return null;
    const found = this.map.queryRenderedFeatures([x_px, y_px], { layers: ['fence-fill', 'fence-corridor'] });
    found.sort((a, b) => Number(a.properties.size) - Number(b.properties.size));
    const id = found[0]?.properties.id as string | undefined;
    return id ?? null;
  }

  /** The map's style is there: only now can anything be added to it. */
  begin(dark: boolean): void {
    this.has_style = true;
    this.setDark(dark);
    this.update();
  }

  private update(): void {
    const { map } = this;
    if (!this.has_style) return;
    if (!map.getSource(SOURCE)) this.addLayers();
    (map.getSource(SOURCE) as GeoJSONSource).setData(this.shown);
    (map.getSource(DRAFT) as GeoJSONSource).setData(this.draft);
    map.setFilter('fence-selected', ['==', ['get', 'id'], this.selected ?? '']);
  }

  private addLayers(): void {
    const { map } = this;
    const { line, text, halo } = LOOKS[this.dark ? 'dark' : 'light'];
    for (const id of [SOURCE, DRAFT]) map.addSource(id, { type: 'geojson', data: collection([]) });
    const area: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon'];
    const way: ExpressionSpecification = ['==', ['geometry-type'], 'LineString'];
    const wide = { 'line-color': line, 'line-opacity': 0.22, 'line-width': corridorWidth() };
    const ends = { 'line-cap': 'round', 'line-join': 'round' } as const;
    const ink = { 'text-color': text, 'text-halo-color': halo, 'text-halo-width': 1.6 };
    const font = { 'text-font': LABEL_FONT };
    map.addLayer({
      id: 'fence-fill',
      type: 'fill',
      source: SOURCE,
      filter: area,
      paint: { 'fill-color': line, 'fill-opacity': 0.12 },
    });
    map.addLayer({
      id: 'fence-corridor',
      type: 'line',
      source: SOURCE,
      filter: way,
      layout: ends,
      paint: wide,
    });
    map.addLayer({
      id: 'fence-edge',
      type: 'line',
      source: SOURCE,
      layout: ends,
      paint: { 'line-color': line, 'line-width': 1.6 },
    });
    map.addLayer({
      id: 'fence-selected',
      type: 'line',
      source: SOURCE,
      filter: ['==', ['get', 'id'], ''],
      layout: ends,
      paint: { 'line-color': line, 'line-width': 4 },
    });
    map.addLayer({
      id: 'fence-way',
      type: 'symbol',
      source: SOURCE,
      filter: way,
      minzoom: LABEL_ZOOM_MIN,
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 90,
        'text-field': '›',
        'text-size': 20,
        'text-keep-upright': false,
        'text-rotation-alignment': 'map',
        ...font,
      },
      paint: ink,
    });
    map.addLayer({
      id: 'fence-label',
      type: 'symbol',
      source: SOURCE,
      minzoom: LABEL_ZOOM_MIN,
      layout: { 'text-field': ['get', 'name'], 'text-size': 12, 'text-max-width': 9, ...font },
      paint: ink,
    });
    map.addLayer({
      id: DRAFT,
      type: 'fill',
      source: DRAFT,
      filter: area,
      paint: { 'fill-color': line, 'fill-opacity': 0.2 },
    });
    map.addLayer({
      id: `${DRAFT}-edge`,
      type: 'line',
      source: DRAFT,
      layout: ends,
      paint: { 'line-color': line, 'line-width': 2 },
    });
    map.addLayer({
      id: `${DRAFT}-corridor`,
      type: 'line',
      source: DRAFT,
      filter: way,
      layout: ends,
      paint: wide,
    });
  }
}

function collection(features: GeoJSON.Feature[]): GeoJSON.FeatureCollection {
  return { type: 'FeatureCollection', features };
}

/** A width in metres in pixels at every zoom: it doubles with each. */
function corridorWidth(): ExpressionSpecification {
  const at = (zoom: number): ExpressionSpecification => ['*', ['get', 'width_px0'], 2 ** zoom];
  return ['interpolate', ['exponential', 2], ['zoom'], 0, at(0), ZOOM_MAX, at(ZOOM_MAX)];
}

/** A fence as the map can draw it: circles as rings, widths in pixels. */
function drawable(fence: Fence, toMap: ToMap): GeoJSON.Feature {
  const { geometry, properties } = fence;
  const places = positionsOf(geometry);
  const shape = shapeOf(geometry);
  const width_m = 2 * (properties.half_width_m ?? 0);
  return {
    type: 'Feature',
    geometry:
      geometry.type === 'Point'
        ? {
            type: 'Polygon',
            coordinates: [circle(geometry.coordinates, properties.radius_m ?? 0).map(toMap)],
          }
        : moved(geometry, toMap),
    properties: {
      id: String(fence.id ?? ''),
      name: properties.name ?? '',
      width_px0: shape === 'corridor' ? width_m * worldPerMetre(places[0]?.[1] ?? 0) * TILE_PX : 0,
      size: sizeOf(places) + (properties.radius_m ?? 0) / 1e5,
    },
  };
}

function circle([lon, lat]: Position, radius_m: number): Position[] {
  const radius = radius_m * worldPerMetre(lat);
  const [x, y] = [mercatorX(lon), mercatorY(lat)];
  return Array.from({ length: CIRCLE_POINTS + 1 }, (_, i) => {
    const angle = (2 * Math.PI * (i % CIRCLE_POINTS)) / CIRCLE_POINTS;
    return [longitudeDeg(x + radius * Math.cos(angle)), latitudeDeg(y + radius * Math.sin(angle))];
  });
}

function moved(geometry: Exclude<Fence['geometry'], { type: 'Point' }>, toMap: ToMap): GeoJSON.Geometry {
  const each = (part: unknown): unknown =>
    Array.isArray(part) && typeof part[0] === 'number'
      ? toMap(part as Position)
      : (part as unknown[]).map(each);
  return { type: geometry.type, coordinates: each(geometry.coordinates) } as GeoJSON.Geometry;
}

/** How far a shape reaches, degrees: enough to know which of two is the smaller. */
function sizeOf(places: readonly Position[]): number {
  const lons = places.map(([lon]) => lon);
  const lats = places.map(([, lat]) => lat);
  return Math.max(...lons) - Math.min(...lons) + Math.max(...lats) - Math.min(...lats);
}
