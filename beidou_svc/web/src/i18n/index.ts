/** Words of the page. `t('key')` reads the language signal, so what uses it is drawn anew after a switch. */
import { type Language, language } from '../state';
import { en } from './en';
import { zh } from './zh';

export type Key = keyof typeof en;
export type Catalogue = Record<Key, string>;

export const CATALOGUES: Record<Language, Catalogue> = { en, zh };

/** `{name}` in the text is replaced by `values.name`. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return fill(CATALOGUES[language.value][key], values);
}

/** For keys made from data, such as `drop.CHECKSUM`: the text, or the given one where no catalogue has the key. */
export function tOr(key: string, otherwise: string): string {
  return (CATALOGUES[language.value] as Record<string, string>)[key] ?? otherwise;
}

function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
