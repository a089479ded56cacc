/** Line icons, 20 by 20, drawn for this page. They are decoration: the button that holds one carries the name. */
import type { JSX } from 'preact';

const PATHS = {
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12Zm4.5-1.5L17 17',
  close: 'M5 5l10 10M15 5 5 15',
  sun: 'M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M4 16l1.4-1.4M14.6 5.4 16 4',
  moon: 'M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3Z',
  system: 'M3 4h14v9H3ZM7 17h6M10 13v4',
  help: 'M7.3 7.5a2.7 2.7 0 1 1 4 2.4c-.9.5-1.3 1-1.3 1.9M10 14.6v.1',
  exit: 'M8 3H4v14h4M12.5 6.5 16 10l-3.5 3.5M16 10H8',
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  fit: 'M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4',
  north: 'M10 2.5 14.5 17 10 13.5 5.5 17Z',
  tilt: 'M5.5 5h9l3 10h-15ZM4 10h12',
  target: 'M10 16a6 6 0 1 0 0-12 6 6 0 0 0 0 12ZM10 1.5V6M10 14v4.5M1.5 10H6M14 10h4.5',
  follow: 'M17 3 3 9l6 2 2 6Z',
  copy: 'M7 7h9v9H7ZM4 13V4h9',
  check: 'M4 10.5 8.5 15 16 5.5',
  chevron_up: 'M5 12.5 10 7.5l5 5',
  chevron_down: 'M5 7.5l5 5 5-5',
  warning: 'M10 3 18 17H2ZM10 8v4.5M10 14.8v.1',
  antenna:
    'M10 11v6M6.5 17h7M10 9.5a.9.9 0 1 0 0-1.8.9.9 0 0 0 0 1.8ZM6.8 11.8a4.5 4.5 0 0 1 0-6.4M13.2 5.4a4.5 4.5 0 0 1 0 6.4M4.3 14.2a8 8 0 0 1 0-11.3M15.7 2.9a8 8 0 0 1 0 11.3',
  area: 'M4 6.5 11 3l6 6-2.5 7.5H5.5Z',
  circle: 'M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM10 10v.1',
  corridor: 'M3 15.5 8 10l4 1.5 5-7M3 11l4-4.5M13 16l4.5-6',
  enter: 'M9 3h7v14H9M3 10h9M9 6.5 12.5 10 9 13.5',
  exit_fence: 'M11 3H4v14h7M8 10h9M13.5 6.5 17 10l-3.5 3.5',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6v4l3 2',
  cross_over: 'M3 10h14M13 6l4 4-4 4M10 3v3M10 14v3',
  speed: 'M3.5 14.5a7.5 7.5 0 1 1 13 0M10 11.5 13.5 7M10 12.3v.1',
  off_line: 'M6 17V3M6 12c6 0 4-6 9-6M12.5 3.5 15.5 6l-2.5 3',
  wrong_way: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM6 10h8',
  stop: 'M5 17V3h8a4 4 0 0 1 0 8H5',
  pencil: 'M4 16l1-4 8.5-8.5 3 3L8 15Z',
  trash: 'M4 6h12M8 6V4h4v2M6 6l1 11h6l1-11',
  road: 'M6 17 8.5 3M14 17 11.5 3M10 4v2M10 9v2M10 14v2',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The sign of the house: a position fix in a dipper of seven stars. */
export function Logo(): JSX.Element {
  return (
    <svg class="logo" width="28" height="28" viewBox="0 0 28 28" aria-hidden="true">
      <rect width="28" height="28" rx="7" class="logo-ground" />
      <path class="logo-line" d="M5 9.5 9 8l3.5 2.2 3.7 2.3 1 5.5 5.3-.6.5-5.4-7-.5" />
      <circle class="logo-fix" cx="17.2" cy="18" r="3" />
      <circle class="logo-star" cx="5" cy="9.5" r="1.3" />
      <circle class="logo-star" cx="9" cy="8" r="1.3" />
      <circle class="logo-star" cx="12.5" cy="10.2" r="1.3" />
      <circle class="logo-star" cx="16.2" cy="12.5" r="1.3" />
      <circle class="logo-star" cx="23" cy="12" r="1.3" />
      <circle class="logo-star" cx="22.5" cy="17.4" r="1.3" />
    </svg>
  );
}
