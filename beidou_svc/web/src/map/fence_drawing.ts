/**
 * Drawing and moving of one shape with the pointer, by Terra Draw: click by click, then by its corners. The form has
 * the same coordinates as text; each follows the other.
 */
import type { Map as LibreMap } from 'maplibre-gl';
import {
  type GeoJSONStoreFeatures,
  TerraDraw,
  TerraDrawCircleMode,
  TerraDrawLineStringMode,
  TerraDrawPointMode,
  TerraDrawPolygonMode,
  TerraDrawSelectMode,
} from 'terra-draw';
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter';
import { type FenceGeometry, type Position, positionsOf, type Shape } from '../roads/fence';

/** Ids of the library's layers and sources begin with this. */
export const DRAWING_PREFIX = 'td';

const DECIMALS = 9;
/** A shape of more places has corners enough to drag. */
const MIDPOINTS_MAX = 40;
const MODE: Record<Shape, string> = { area: 'polygon', circle: 'circle', corridor: 'linestring' };

export interface Drawn {
  geometry: FenceGeometry;
  /** Said where a circle was drawn. */
  radius_m: number | null;
}

export interface DrawingHooks {
  onDrawn: (drawn: Drawn) => void;
  toMap: (place: Position) => Position;
  fromMap: (place: Position) => Position;
}

export class FenceDrawing {
  private readonly draw: TerraDraw;
  /** Set while this class changes the shape itself. */
  private quiet = false;

  constructor(
    map: LibreMap,
    private readonly hooks: DrawingHooks,
    colour: `#${string}`,
  ) {
    this.draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({
        map,
        prefixId: DRAWING_PREFIX,
        coordinatePrecision: DECIMALS,
      }),
      modes: modes(colour),
    });
    this.draw.start();
    this.draw.on('finish', (id, { action }) => this.finished(String(id), action));
    this.draw.on('change', (ids, type) => {
      if (type === 'update' && !this.quiet && this.draw.getMode() === 'select') this.report(ids.map(String));
    });
  }

  /** Begin with an empty map: the next clicks make the shape. */
  begin(shape: Shape): void {
    this.quietly(() => this.draw.clear());
    this.draw.setMode(MODE[shape]);
  }

  /** Take over a shape, to be moved by its corners. False = it has too many parts for that. */
  edit(geometry: FenceGeometry): boolean {
    const simple = simpleOf(geometry, this.hooks.toMap);
    if (!simple) return false;
    this.quietly(() => {
      this.draw.updateModeOptions<typeof TerraDrawSelectMode>('select', { flags: flagsFor(geometry) });
      this.draw.setMode('select');
      this.draw.clear();
      const [added] = this.draw.addFeatures([simple]);
      if (added?.valid && added.id !== undefined) this.draw.selectFeature(added.id);
    });
    return true;
  }

  stop(): void {
    this.quiet = true;
    this.draw.stop();
  }

  private finished(id: string, action: string): void {
    if (action !== 'draw') return;
    const feature = this.draw.getSnapshotFeature(id);
    if (!feature) return;
    const drawn = drawnOf(feature, this.hooks.fromMap);
    if (!drawn) return;
    this.hooks.onDrawn(drawn);
    // the library is in the middle of its own event: what follows is put behind it
    queueMicrotask(() => this.edit(drawn.geometry));
  }

  private report(ids: string[]): void {
    for (const id of ids) {
      if (!this.draw.hasFeature(id)) continue;
      const feature = this.draw.getSnapshotFeature(id);
      // handles and midpoints are features, too; ours are those of a drawing mode
      if (!feature || !['polygon', 'linestring', 'point'].includes(String(feature.properties.mode))) continue;
      const drawn = drawnOf(feature, this.hooks.fromMap);
      if (drawn) this.hooks.onDrawn(drawn);
    }
  }

  private quietly(action: () => void): void {
    this.quiet = true;
    try {
      action();
    } finally {
      this.quiet = false;
    }
  }
}

/** What can be dragged: corners, and new ones between them where there is room for that. */
function flagsFor(geometry: FenceGeometry) {
  const midpoints = positionsOf(geometry).length <= MIDPOINTS_MAX;
  const coordinates = { midpoints, draggable: true, deletable: true };
  const feature = { draggable: true, coordinates };
  return { polygon: { feature }, linestring: { feature }, point: { feature: { draggable: true } } };
}

function modes(colour: `#${string}`) {
  const line = { lineStringColor: colour, lineStringWidth: 2.5 };
  const area = { fillColor: colour, fillOpacity: 0.15, outlineColor: colour, outlineWidth: 2.5 };
  return [
    new TerraDrawPolygonMode({ styles: area }),
    new TerraDrawCircleMode({ styles: area }),
    new TerraDrawLineStringMode({ styles: line }),
    new TerraDrawPointMode({ styles: { pointColor: colour, pointWidth: 6 } }),
    new TerraDrawSelectMode({
      allowManualDeselection: false,
      styles: {
        selectedPolygonColor: colour,
        selectedPolygonFillOpacity: 0,
        selectedPolygonOutlineColor: colour,
        selectedLineStringColor: colour,
        selectedPointColor: colour,
        selectionPointColor: '#ffffff',
        selectionPointOutlineColor: colour,
        selectionPointOutlineWidth: 2,
        selectionPointWidth: 6,
        midPointColor: colour,
        midPointOutlineColor: '#ffffff',
        midPointOutlineWidth: 1,
        midPointWidth: 4,
      },
    }),
  ];
}

function rounded([lon, lat]: Position): Position {
  return [Number(lon.toFixed(DECIMALS)), Number(lat.toFixed(DECIMALS))];
}

/** One ring, one line or one point; the library knows no more. */
function simpleOf(geometry: FenceGeometry, toMap: (p: Position) => Position): GeoJSONStoreFeatures | null {
  const place = (p: Position): Position => rounded(toMap(p));
  if (geometry.type === 'Point')
    return feature('point', { type: 'Point', coordinates: place(geometry.coordinates) });
  if (geometry.type === 'LineString')
    return feature('linestring', { type: 'LineString', coordinates: geometry.coordinates.map(place) });
  if (geometry.type !== 'Polygon' || geometry.coordinates.length > 1) return null;
  const ring = geometry.coordinates[0].map(place);
  return feature('polygon', { type: 'Polygon', coordinates: [ring] });
}

function feature(mode: string, geometry: GeoJSONStoreFeatures['geometry']): GeoJSONStoreFeatures {
  return { type: 'Feature', properties: { mode }, geometry };
}

function drawnOf(of: GeoJSONStoreFeatures, fromMap: (p: Position) => Position): Drawn | null {
  const { geometry, properties } = of;
  const place = (p: number[]): Position => rounded(fromMap([p[0], p[1]]));
  if (geometry.type === 'Point')
    return { geometry: { type: 'Point', coordinates: place(geometry.coordinates) }, radius_m: null };
  if (geometry.type === 'LineString')
    return { geometry: { type: 'LineString', coordinates: geometry.coordinates.map(place) }, radius_m: null };
  if (geometry.type !== 'Polygon') return null;
  const ring = geometry.coordinates[0];
  if (properties.mode !== 'circle')
    return { geometry: { type: 'Polygon', coordinates: [ring.map(place)] }, radius_m: null };
  const corners = ring.slice(0, -1);
  const middle: Position = [0, 1].map(
    (i) => corners.reduce((sum, p) => sum + p[i], 0) / corners.length,
  ) as Position;
  return {
    geometry: { type: 'Point', coordinates: place(middle) },
    radius_m: Math.round(Number(properties.radiusKilometers) * 10_000) / 10,
  };
}
