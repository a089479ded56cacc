/** Numbers and times as people read them. A value that is not known is an en dash, never 0. */
export const UNKNOWN = '–';

export function fixed(value: number | null | undefined, digits: number, unit = ''): string {
  if (value === null || value === undefined || Number.isNaN(value)) return UNKNOWN;
  return unit ? `${value.toFixed(digits)} ${unit}` : value.toFixed(digits);
}

/** A length whose size is not known beforehand: millimetres below 1 m as people in surveying read it. */
export function sigma(value_m: number | null | undefined): string {
  if (value_m === null || value_m === undefined || Number.isNaN(value_m)) return UNKNOWN;
  if (value_m < 0.1) return `${(value_m * 1000).toFixed(0)} mm`;
  if (value_m < 1) return `${(value_m * 100).toFixed(0)} cm`;
  return `${value_m.toFixed(value_m < 10 ? 1 : 0)} m`;
}

export function distance(value_m: number | null | undefined): string {
  if (value_m === null || value_m === undefined || Number.isNaN(value_m)) return UNKNOWN;
  return value_m < 1000 ? `${value_m.toFixed(1)} m` : `${(value_m / 1000).toFixed(2)} km`;
}

export function speedKmh(speed_mps: number | null | undefined): string {
  return fixed(speed_mps === null || speed_mps === undefined ? null : speed_mps * 3.6, 1, 'km/h');
}

const COUNT = new Intl.NumberFormat('en-US');

export function count(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value)
    ? UNKNOWN
    : COUNT.format(Math.round(value));
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let i = 0;
  let scaled = value;
  while (scaled >= 1000 && i < units.length - 1) {
    scaled /= 1000;
    i += 1;
  }
  return `${scaled.toFixed(i === 0 || scaled >= 100 ? 0 : 1)} ${units[i]}`;
}

export function percent(part: number, whole: number): string {
  if (whole === 0) return UNKNOWN;
  const share = (100 * part) / whole;
  if (share > 0 && share < 0.1) return '< 0.1 %';
  // 99.96 % must not read as 100 %: one terminal without a fix is the news.
  const shown = part < whole ? Math.min(share, 99.9) : share;
  return `${shown.toFixed(1)} %`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

export function utcTime(t_ms: number): string {
  return Number.isFinite(t_ms) && t_ms > 0 ? new Date(t_ms).toISOString().slice(11, 19) : UNKNOWN;
}

export function localTime(t_ms: number): string {
  if (!Number.isFinite(t_ms) || t_ms <= 0) return UNKNOWN;
  const d = new Date(t_ms);
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** "UTC+8", "UTC+5:30": the offset of the local clock, so that nobody has to guess whose local time it is. */
export function localZone(t_ms: number): string {
  const minutes = -new Date(t_ms).getTimezoneOffset();
  const sign = minutes < 0 ? '−' : '+';
  const m = Math.abs(minutes) % 60;
  return `UTC${sign}${Math.floor(Math.abs(minutes) / 60)}${m ? `:${two(m)}` : ''}`;
}

export function localDateTime(t_ms: number): string {
  if (!Number.isFinite(t_ms) || t_ms <= 0) return UNKNOWN;
  const d = new Date(t_ms);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${localTime(t_ms)}`;
}

/** A span as its two largest units: "42 s", "3 min 05 s", "2 h 10 min", "4 d 3 h". */
export function duration(span_s: number): string {
  if (!Number.isFinite(span_s)) return UNKNOWN;
  const s = Math.max(0, Math.round(span_s));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${two(s % 60)} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}
