import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { QUALITIES } from '../src/quality';

/** WCAG 2.2: relative luminance and contrast ratio. */
function luminance(hex: string): number {
  const value = Number.parseInt(hex.slice(1), 16);
  const [r, g, b] = [value >> 16, (value >> 8) & 255, value & 255].map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function tokens(theme: 'light' | 'dark'): Record<string, string> {
  const css = readFileSync(new URL('../src/style/tokens.css', import.meta.url), 'utf8');
  const block = css.slice(css.indexOf(`[data-theme="${theme}"] {`)).split('}')[0];
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map((m) => [m[1], m[2]]));
}

const TEXT_ON: [string, string[]][] = [
  ['text', ['ground', 'surface', 'raised', 'hover', 'pressed', 'accent-soft']],
  ['text-2', ['ground', 'surface', 'raised', 'hover', 'accent-soft']],
  ['accent', ['surface', 'accent-soft']],
  ['accent-text', ['accent']],
  ['good', ['surface', 'good-soft']],
  ['warn', ['surface', 'warn-soft']],
  ['bad', ['surface', 'bad-soft']],
  ['closed', ['surface', 'closed-ground']],
];

describe.each(['light', 'dark'] as const)('colours of the %s theme', (theme) => {
  const t = tokens(theme);

  it('keep 4.5 : 1 between text and every ground it is used on', () => {
    for (const [text, grounds] of TEXT_ON) {
      for (const ground of grounds) {
        expect(contrast(t[text], t[ground]), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('keep 3 : 1 between marks and the surface', () => {
    for (const { value } of QUALITIES) {
      expect(contrast(t[`q${value}`], t.surface), `q${value}`).toBeGreaterThanOrEqual(3);
    }
  });

  it('are the colours of the map', () => {
    for (const quality of QUALITIES) expect(t[`q${quality.value}`]).toBe(quality[theme]);
  });
});
