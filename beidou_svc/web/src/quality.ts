/**
 * The fix qualities of NMEA GGA field 6: one row a quality, in the order in which operators ask for them.
 * Colours are the Okabe-Ito set (distinct with any common colour vision), tuned for contrast on each theme;
 * `glyph` is the second cue, drawn inside the marker, so that colour never carries the meaning alone.
 */
export type Glyph = 'plain' | 'dot' | 'bar' | 'ring' | 'cross' | 'split';

export interface Quality {
  value: number;
  key: `quality.${number}`;
  light: string;
  dark: string;
  glyph: Glyph;
}

export const QUALITIES: readonly Quality[] = [
  { value: 4, key: 'quality.4', light: '#00805c', dark: '#17c793', glyph: 'plain' },
  { value: 5, key: 'quality.5', light: '#1b83c4', dark: '#56b4e9', glyph: 'dot' },
  { value: 2, key: 'quality.2', light: '#b97c00', dark: '#f0b429', glyph: 'bar' },
  { value: 1, key: 'quality.1', light: '#cf4d00', dark: '#ff7a33', glyph: 'ring' },
  { value: 6, key: 'quality.6', light: '#b04a86', dark: '#e08bbd', glyph: 'split' },
  { value: 3, key: 'quality.3', light: '#3b4fc4', dark: '#8fa1ff', glyph: 'bar' },
  { value: 7, key: 'quality.7', light: '#8a6a3b', dark: '#d1ad74', glyph: 'split' },
  { value: 8, key: 'quality.8', light: '#7a7f2a', dark: '#c7cc6b', glyph: 'split' },
  { value: 0, key: 'quality.0', light: '#4b5563', dark: '#a3adba', glyph: 'cross' },
];

/** Values 0..8 are defined; anything else a terminal may say is treated as "no fix". */
export const QUALITY_COUNT = 9;

export const GLYPHS: readonly Glyph[] = ['plain', 'dot', 'bar', 'ring', 'cross', 'split'];

const BY_VALUE: readonly Quality[] = Array.from(
  { length: QUALITY_COUNT },
  (_, value) => QUALITIES.find((q) => q.value === value) as Quality,
);

export function qualityOf(value: number): Quality {
  return BY_VALUE[value] ?? BY_VALUE[0];
}

export const FIXED = 4;

/** Liveness as the stream codes it; the API uses the words. */
export const LIVENESS = ['offline', 'stale', 'online'] as const;
export type Liveness = (typeof LIVENESS)[number];
