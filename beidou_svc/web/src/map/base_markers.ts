/** Base stations on the map: a survey point's triangle with its name, so that none is taken for a vehicle. */
import type { Map as LibreMap, Marker } from 'maplibre-gl';
import type { BaseStation } from '../bases';

/** More than these are not shown one by one; the list has them. */
const MARKERS_MAX = 200;

export interface BaseHooks {
  newMarker: (element: HTMLElement) => Marker;
  /** Draws the mark of a base into its element. */
  paint: (element: HTMLElement, base: BaseStation) => void;
  onPick: (id: string) => void;
}

interface Entry {
  marker: Marker;
  button: HTMLButtonElement;
  /** What it looks like now. */
  look: string;
}

export class BaseMarkers {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly map: LibreMap,
    private readonly hooks: BaseHooks,
  ) {}

  /** `look` stands for everything else that changes how marks are painted, such as the language. */
  show(bases: readonly BaseStation[], look: string): void {
    const placed = bases.filter((b) => b.lat_deg !== null && b.lon_deg !== null).slice(0, MARKERS_MAX);
    const ids = new Set(placed.map((base) => base.id));
    for (const [id, entry] of this.entries) {
      if (ids.has(id)) continue;
      entry.marker.remove();
      this.entries.delete(id);
    }
    for (const base of placed) this.place(base, look);
  }

  private place(base: BaseStation, look: string): void {
    const lon_lat: [number, number] = [base.lon_deg ?? 0, base.lat_deg ?? 0];
    const entry = this.entries.get(base.id) ?? this.create(base.id, lon_lat);
    entry.marker.setLngLat(lon_lat);
    const now = `${base.health} ${look}`;
    if (entry.look === now) return;
    entry.look = now;
    this.hooks.paint(entry.button, base);
  }

  private create(id: string, lon_lat: [number, number]): Entry {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'base-marker';
    // The list of base stations is the keyboard's way to them.
    button.tabIndex = -1;
    const marker = this.hooks.newMarker(button);
    const entry = { marker, button, look: '' };
    button.addEventListener('click', (event) => {
      event.stopPropagation();
      this.hooks.onPick(id);
    });
    marker.setLngLat(lon_lat).addTo(this.map);
    this.entries.set(id, entry);
    return entry;
  }
}
