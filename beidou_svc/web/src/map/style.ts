/**
 * The base map's look: MapLibre styles for the layers of `/v1/tiles.json` (docs/api.md), light and dark. The
 * base map is the background of an instrument: quiet, so that the terminals and their colours stand out.
 */
import type {
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  LayerSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import { LABEL_FONT } from './labels';

export interface BaseLook {
  dark: boolean;
  language: 'en' | 'zh';
}

interface Palette {
  land: string;
  water: string;
  water_text: string;
  green: string;
  building: string;
  building_edge: string;
  road: string;
  road_major: string;
  road_motorway: string;
  road_scenic: string;
  casing: string;
  text: string;
  text_minor: string;
  halo: string;
  grid: string;
}

const LIGHT: Palette = {
  land: '#f1f3f4',
  water: '#c9dfee',
  water_text: '#4a7a9b',
  green: '#dbead5',
  building: '#e3e5e8',
  building_edge: '#d3d6db',
  road: '#ffffff',
  road_major: '#fff7e0',
  road_motorway: '#ffe3a8',
  road_scenic: '#cfe8c4',
  casing: '#cdd2d8',
  text: '#303a46',
  text_minor: '#5f6b7a',
  halo: '#ffffff',
  grid: '#c5ccd4',
};

const DARK: Palette = {
  land: '#10161d',
  water: '#152a3b',
  water_text: '#6f9cba',
  green: '#15241d',
  building: '#1b242e',
  building_edge: '#26313d',
  road: '#27323e',
  road_major: '#34414e',
  road_motorway: '#4a4a3c',
  road_scenic: '#25402f',
  casing: '#0b1016',
  text: '#c9d3de',
  text_minor: '#8694a5',
  halo: '#10161d',
  grid: '#2b3743',
};

const SOURCE = 'base';

/** Width of a road class at zooms 10, 14 and 18, pixels, and the zoom from which it is drawn. */
const ROADS: readonly { class: string; widths_px: [number, number, number]; zoom_min: number }[] = [
  { class: 'service', widths_px: [0, 0.8, 6], zoom_min: 14 },
  { class: 'residential', widths_px: [0.3, 1.8, 11], zoom_min: 12 },
  { class: 'scenic', widths_px: [0.8, 2.4, 10], zoom_min: 10 },
  { class: 'tertiary', widths_px: [0.5, 2.6, 14], zoom_min: 11 },
  { class: 'secondary', widths_px: [0.8, 3.6, 18], zoom_min: 9 },
  { class: 'primary', widths_px: [1.2, 4.8, 24], zoom_min: 8 },
  { class: 'motorway', widths_px: [1.6, 5.6, 26], zoom_min: 5 },
];

export function baseStyle(look: BaseLook, tiles_url: string): StyleSpecification {
  const palette = look.dark ? DARK : LIGHT;
  return {
    version: 8,
    sources: { [SOURCE]: { type: 'vector', url: tiles_url } },
    light: { anchor: 'viewport', intensity: 0.12 },
    layers: [
      background(palette),
      fill('green', palette.green),
      fill('water', palette.water),
      ...ROADS.map((road) => roadLine(road, palette, true)),
      ...ROADS.map((road) => roadLine(road, palette, false)),
      ...buildings(palette),
      ...labels(palette, look.language),
    ],
  };
}

/** No base map at all: a plain ground on which the graticule is drawn. */
export function plainStyle(look: BaseLook): StyleSpecification {
  return { version: 8, sources: {}, layers: [background(look.dark ? DARK : LIGHT)] };
}

export function gridColours(dark: boolean): { line: string; text: string; halo: string } {
  const palette = dark ? DARK : LIGHT;
  return { line: palette.grid, text: palette.text_minor, halo: palette.halo };
}

function background(palette: Palette): LayerSpecification {
  return { id: 'background', type: 'background', paint: { 'background-color': palette.land } };
}

function fill(layer: 'green' | 'water', colour: string): LayerSpecification {
  return { id: layer, type: 'fill', source: SOURCE, 'source-layer': layer, paint: { 'fill-color': colour } };
}

function roadLine(road: (typeof ROADS)[number], palette: Palette, casing: boolean): LayerSpecification {
  const extra_px = casing ? 1.4 : 0;
  const [z10, z14, z18] = road.widths_px;
  return {
    id: `road-${road.class}${casing ? '-casing' : ''}`,
    type: 'line',
    source: SOURCE,
    'source-layer': 'road',
    minzoom: casing ? Math.max(road.zoom_min, 11.5) : road.zoom_min,
    filter: ['==', ['get', 'class'], road.class],
    layout: { 'line-cap': casing ? 'butt' : 'round', 'line-join': 'round' },
    paint: {
      'line-color': casing ? palette.casing : roadColour(road.class, palette),
      'line-width': [
        'interpolate',
        ['exponential', 1.5],
        ['zoom'],
        10,
        z10 + extra_px / 2,
        14,
        z14 + extra_px,
        18,
        z18 + extra_px * 2,
      ],
    },
  };
}

function roadColour(road_class: string, palette: Palette): string {
  if (road_class === 'motorway') return palette.road_motorway;
  if (road_class === 'primary') return palette.road_major;
  return road_class === 'scenic' ? palette.road_scenic : palette.road;
}

/** Flat from zoom 13, blocks from 15: by then few enough are in view for software rendering, too. */
function buildings(palette: Palette): LayerSpecification[] {
  return [
    {
      id: 'building',
      type: 'fill',
      source: SOURCE,
      'source-layer': 'building',
      minzoom: 13.5,
      maxzoom: 15.5,
      paint: { 'fill-color': palette.building, 'fill-outline-color': palette.building_edge },
    },
    {
      id: 'building-block',
      type: 'fill-extrusion',
      source: SOURCE,
      'source-layer': 'building',
      minzoom: 15.5,
      paint: {
        'fill-extrusion-color': palette.building,
        'fill-extrusion-opacity': 0.75,
        'fill-extrusion-vertical-gradient': false,
        'fill-extrusion-height': [
          'interpolate',
          ['linear'],
          ['zoom'],
          15.5,
          0,
          16.2,
          ['coalesce', ['get', 'height_m'], 6],
        ],
      },
    },
  ];
}

function labels(palette: Palette, language: BaseLook['language']): LayerSpecification[] {
  const text_halo = { 'text-halo-color': palette.halo, 'text-halo-width': 1.4 };
  return [
    {
      id: 'road-label',
      type: 'symbol',
      source: SOURCE,
      'source-layer': 'road',
      minzoom: 13.5,
      filter: ['all', ['has', 'name'], ['!=', ['get', 'class'], 'service']],
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 420,
        'text-field': nameIn(language),
        'text-font': LABEL_FONT,
        'text-size': ['interpolate', ['linear'], ['zoom'], 13.5, 10.5, 18, 13.5],
        'text-padding': 12,
      },
      paint: { 'text-color': palette.text_minor, ...text_halo },
    },
    {
      id: 'place-label',
      type: 'symbol',
      source: SOURCE,
      'source-layer': 'place',
      layout: {
        'text-field': nameIn(language),
        'text-font': LABEL_FONT,
        'text-size': placeSize(),
        'text-max-width': 8,
        'text-padding': 8,
      },
      paint: { 'text-color': palette.text, ...text_halo, 'text-halo-width': 1.8 },
    },
  ];
}

function nameIn(language: BaseLook['language']): ExpressionSpecification {
  return language === 'zh' ? ['get', 'name'] : ['coalesce', ['get', 'name_en'], ['get', 'name']];
}

function placeSize(): DataDrivenPropertyValueSpecification<number> {
  return ['match', ['get', 'kind'], ['city', 'town'], 17, ['district', 'suburb'], 14, 12];
}
