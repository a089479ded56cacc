/** Clusters as small round buttons on the map: a ring of quality shares around the count. */
import type { Map as LibreMap, Marker } from 'maplibre-gl';
import { QUALITIES } from '../quality';
import type { Cluster } from './clusters';
import { latitudeDeg, longitudeDeg } from './mercator';

/** More are not drawn; at the cell size of the grid a 4K screen holds fewer. */
const MARKERS_MAX = 400;

export interface ClusterHooks {
  newMarker: (element: HTMLElement) => Marker;
  describe: (cluster: Cluster) => string;
  onOpen: (cluster: Cluster) => void;
}

interface Entry {
  marker: Marker;
  button: HTMLButtonElement;
  cluster: Cluster;
}

export class ClusterMarkers {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly map: LibreMap,
    private readonly hooks: ClusterHooks,
  ) {}

  show(clusters: readonly Cluster[]): void {
    const bounds = this.map.getBounds();
    const visible = clusters
      .filter((c) => bounds.contains([longitudeDeg(c.x), latitudeDeg(c.y)]))
      .slice(0, MARKERS_MAX);
    const keys = new Set(visible.map((c) => c.key));
    for (const [key, entry] of this.entries) {
      if (keys.has(key)) continue;
      entry.marker.remove();
      this.entries.delete(key);
    }
    for (const cluster of visible) this.place(cluster);
  }

  private place(cluster: Cluster): void {
    const entry = this.entries.get(cluster.key) ?? this.create(cluster);
    entry.cluster = cluster;
    paint(entry.button, cluster);
    entry.button.setAttribute('aria-label', this.hooks.describe(cluster));
    entry.marker.setLngLat([longitudeDeg(cluster.x), latitudeDeg(cluster.y)]);
  }

  private create(cluster: Cluster): Entry {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'cluster';
    // The list is the keyboard's way through the fleet; hundreds of buttons would be in the way.
    button.tabIndex = -1;
    button.append(document.createElement('span'));
    const marker = this.hooks.newMarker(button);
    const entry = { marker, button, cluster };
    button.addEventListener('click', (event) => {
      event.stopPropagation();
      this.hooks.onOpen(entry.cluster);
    });
    marker.setLngLat([longitudeDeg(cluster.x), latitudeDeg(cluster.y)]).addTo(this.map);
    this.entries.set(cluster.key, entry);
    return entry;
  }
}

function paint(button: HTMLButtonElement, cluster: Cluster): void {
  let share = 0;
  const stops: string[] = [];
  for (const quality of QUALITIES) {
    const n = cluster.quality[quality.value];
    if (n === 0) continue;
    const from = share;
    share += (100 * n) / cluster.n;
    stops.push(`var(--q${quality.value}) ${from.toFixed(2)}% ${share.toFixed(2)}%`);
  }
  button.style.setProperty('--ring', `conic-gradient(${stops.join(',')})`);
  button.style.setProperty('--size', `${Math.round(30 + 7 * Math.log10(cluster.n))}px`);
  const label = button.firstElementChild as HTMLElement;
  const text =
    cluster.n < 1000 ? String(cluster.n) : `${(cluster.n / 1000).toFixed(cluster.n < 9950 ? 1 : 0)}k`;
  if (label.textContent !== text) label.textContent = text;
}
