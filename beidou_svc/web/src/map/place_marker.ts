/** One mark at a place: of the selected terminal, where it also is: on its road, or where it says it is. */
import type { Map as LibreMap, Marker } from 'maplibre-gl';

export class PlaceMarker {
  private readonly element = document.createElement('div');
  private readonly marker: Marker;
  private is_shown = false;

  constructor(
    private readonly map: LibreMap,
    newMarker: (element: HTMLElement) => Marker,
  ) {
    this.element.className = 'other-place';
    this.element.setAttribute('aria-hidden', 'true');
    this.marker = newMarker(this.element);
  }

  /** `place` in the frame of the map; null = nothing is shown. */
  show(place: [number, number] | null, kind: 'matched' | 'raw', title: string): void {
    if (!place) {
      if (this.is_shown) this.marker.remove();
      this.is_shown = false;
      return;
    }
    this.element.dataset.kind = kind;
    this.element.title = title;
    this.marker.setLngLat(place);
    if (!this.is_shown) this.marker.addTo(this.map);
    this.is_shown = true;
  }
}
