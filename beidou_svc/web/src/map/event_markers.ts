/** Events as they happen, on the map: a sign at the place that decided, gone after half a minute or when taken back. */
import type { Map as LibreMap, Marker } from 'maplibre-gl';
import type { Told } from '../roads/events';
import type { ToMap } from './fence_layers';

export const SHOWN_MS = 30_000;
const MARKERS_MAX = 40;
/** Nearer than this on the screen a later event hides an earlier one. */
const APART_PX = 22;

export interface EventHooks {
  newMarker: (element: HTMLElement) => Marker;
  paint: (element: HTMLElement, event: Told) => void;
  onPick: (event: Told) => void;
  toMap: ToMap;
}

interface Entry {
  marker: Marker;
  until_ms: number;
}

export class EventMarkers {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly map: LibreMap,
    private readonly hooks: EventHooks,
  ) {}

  /** New ones; the oldest give way. */
  add(events: readonly Told[], now_ms: number): void {
    for (const event of events.slice(-MARKERS_MAX)) {
      if (event.lon_deg === null || event.lat_deg === null) continue;
      this.remove(event.event);
      this.entries.set(event.event, { marker: this.create(event), until_ms: now_ms + SHOWN_MS });
    }
    for (const id of [...this.entries.keys()].slice(0, -MARKERS_MAX)) this.remove(id);
    this.thin();
  }

  /** Take away what is old, and what did not happen after all. */
  tidy(retracted: ReadonlySet<string>, now_ms: number): void {
    const gone = [...this.entries].filter(([id, { until_ms }]) => now_ms > until_ms || retracted.has(id));
    if (gone.length === 0) return;
    for (const [id] of gone) this.remove(id);
    this.thin();
  }

  /** Of events that lie on each other at this zoom only the latest is seen: the list has all. */
  thin(): void {
    const taken: { x: number; y: number }[] = [];
    for (const { marker } of [...this.entries.values()].reverse()) {
      const at = this.map.project(marker.getLngLat());
      const is_free = taken.every(({ x, y }) => Math.hypot(at.x - x, at.y - y) >= APART_PX);
      if (is_free) taken.push(at);
      marker.getElement().hidden = !is_free;
    }
  }

  private create(event: Told): Marker {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'event-marker';
    // The list of events is the keyboard's way to them.
    button.tabIndex = -1;
    this.hooks.paint(button, event);
    button.addEventListener('click', (click) => {
      click.stopPropagation();
      this.hooks.onPick(event);
    });
    const place = this.hooks.toMap([event.lon_deg ?? 0, event.lat_deg ?? 0]);
    return this.hooks.newMarker(button).setLngLat(place).addTo(this.map);
  }

  private remove(id: string): void {
    this.entries.get(id)?.marker.remove();
    this.entries.delete(id);
  }
}
