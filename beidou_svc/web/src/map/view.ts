/** The map: base map, camera, fleet overlay, clusters, pointer. Loaded after the shell, being by far the largest part. */
import type { Map as LibreMap, MapMouseEvent } from 'maplibre-gl';
import { fromMap, toMap } from '../frames/map_frame';
import { BaseMarkers } from './base_markers';
import { ClosureLayers } from './closure_layers';
import { ClusterMarkers } from './cluster_markers';
import { type Cluster, clusterFleet, clusterStep } from './clusters';
import { EventMarkers } from './event_markers';
import type { Drawn, FenceDrawing } from './fence_drawing';
import { FenceLayers } from './fence_layers';
import { boundsOf, isWorthFraming } from './fleet_bounds';
import { drawGraticule } from './graticule_layer';
import { redrawAsFontsCome } from './labels';
import { mercatorX, mercatorY } from './mercator';
import { Moves, type Room } from './moves';
import { addProbe, hasOwnBase, keepOwnLayers, newMarker, openMap, styleOf } from './open_map';
import { FleetOverlay } from './overlay';
import { PlaceMarker } from './place_marker';
import type { BaseLook } from './style';
import type { TrailPoint } from './trail_layer';
import type { MapOptions } from './view_options';

const NO_ROOM: Room = { right: 0, bottom: 0 };

/** Class of the map while a shape is drawn: what stands on it lets clicks through. */
const DRAWING = 'drawing';

export class MapView {
  private readonly map: LibreMap;
  private readonly overlay: FleetOverlay;
  private readonly clusters: ClusterMarkers;
  private readonly stopRedrawing: () => void;
  readonly bases: BaseMarkers;
  readonly moves: Moves;
  readonly fences: FenceLayers;
  readonly closures: ClosureLayers;
  readonly events: EventMarkers;
  readonly other_place: PlaceMarker;
  private drawing: FenceDrawing | null = null;
  private drawn: Uint8Array = new Uint8Array(0);
  private shown: Uint8Array = new Uint8Array(0);
  private look: BaseLook;
  private revision = -1;
  private cluster_step = Number.NaN;
  private still_until_ms = 0;
  private drawn_by_camera = false;
  /** The opening view was chosen, by the fleet or by hand. */
  private framed = false;
  private pointer: [number, number] | null = null;
  private animation = 0;
  smooth: boolean;
  following = false;
  /** Called once a frame after drawing, with the clock used for it. */
  onFrame: ((now_ms: number) => void) | null = null;

  constructor(private readonly options: MapOptions) {
    this.look = options.look;
    this.smooth = options.smooth;
    this.overlay = new FleetOverlay(options.canvas, options.fleet);
    this.overlay.setTheme(options.look.dark);
    this.map = openMap(options.container, options.page, this.look, options.hooks.request);
    this.clusters = new ClusterMarkers(this.map, {
      newMarker,
      describe: options.hooks.describeCluster,
      onOpen: (cluster) => this.openCluster(cluster),
    });
    this.bases = new BaseMarkers(this.map, {
      newMarker,
      paint: options.hooks.paintBase,
      onPick: options.hooks.onPickBase,
    });
    this.moves = new Moves(this.map, options.fleet);
    this.closures = new ClosureLayers(this.map, toMap);
    this.fences = new FenceLayers(this.map, toMap);
    this.other_place = new PlaceMarker(this.map, newMarker);
    this.events = new EventMarkers(this.map, { ...options.hooks.events, newMarker, toMap });
    this.map.getCanvas().after(options.canvas);
    this.stopRedrawing = redrawAsFontsCome(this.map);
    this.listen();
    this.animation = requestAnimationFrame(this.frame);
  }

  get frames(): number {
    return this.overlay.frames;
  }

  /** Where a terminal is on the screen, CSS pixels in the map; null where it is not in view. */
  screenOf(slot: number, now_ms: number): [number, number] | null {
    const [x, y] = this.options.fleet.drawnAt(slot, now_ms);
    return this.options.fleet.placed[slot] ? this.overlay.project(x, y) : null;
  }

  setShown(shown: Uint8Array): void {
    this.shown = shown;
    if (!this.framed) this.frameFleet();
    this.recluster();
  }

  setLook(look: BaseLook): void {
    if (look.dark === this.look.dark && look.language === this.look.language) return;
    this.look = look;
    this.overlay.setTheme(look.dark);
    const { page } = this.options;
    if (!hasOwnBase(page) && page.basemap) return;
    this.map.setStyle(styleOf(page, look), { diff: true, transformStyle: keepOwnLayers });
    this.closures.setDark(look.dark);
    this.fences.setDark(look.dark);
    this.drawGraticule();
    this.wake();
  }

  select(slot: number): void {
    this.overlay.selected_slot = slot;
    this.wake();
  }

  /** Draw or move one shape with the pointer until `stopDrawing`. */
  async startDrawing(onDrawn: (drawn: Drawn) => void): Promise<FenceDrawing> {
    const { FenceDrawing } = await import('./fence_drawing');
    this.stopDrawing();
    const colour = this.look.dark ? '#fdba74' : '#9a3412';
    this.drawing = new FenceDrawing(this.map, { onDrawn, toMap, fromMap }, colour);
    this.map.getContainer().classList.add(DRAWING);
    return this.drawing;
  }

  get is_drawing(): boolean {
    return this.drawing !== null;
  }

  stopDrawing(): void {
    this.drawing?.stop();
    this.drawing = null;
    this.map.getContainer().classList.remove(DRAWING);
    this.map.getCanvas().style.cursor = '';
  }

  setTrail(points: readonly TrailPoint[]): void {
    this.overlay.setTrail(points);
    this.wake();
  }

  /** Where the base of the selected terminal stands, longitude and latitude; null = no base serves it. */
  setBaseline(place: [number, number] | null): void {
    this.overlay.setBaseline(place && [mercatorX(place[0]), mercatorY(place[1])]);
    this.wake();
  }

  /** The whole of what is shown, or the bounds of the service where nothing is. */
  fit(duration_ms?: number): void {
    const bounds = boundsOf(this.options.fleet, this.shown) ?? this.options.page.bounds;
    if (bounds) this.moves.toBounds(bounds, NO_ROOM, duration_ms);
  }

  resize(): void {
    this.map.resize();
  }

  destroy(): void {
    this.stopRedrawing();
    cancelAnimationFrame(this.animation);
    this.map.remove();
  }

  /** Open with the fleet filling the view, where it lies within the bounds that the service gave. */
  private frameFleet(): void {
    const box = boundsOf(this.options.fleet, this.shown);
    if (!box) return;
    this.framed = true;
    if (isWorthFraming(box, this.options.page.bounds)) this.fit(0);
  }

  private listen(): void {
    const { map, options } = this;
    map.on('style.load', () => {
      addProbe(map, (camera) => this.overlay.setCamera(camera));
      this.closures.begin(this.look.dark);
      this.fences.begin(this.look.dark);
      this.drawGraticule();
    });
    map.on('resize', () => this.fitCanvas());
    map.on('render', () => {
      const now_ms = performance.now();
      this.overlay.setGround(map.getCanvas(), now_ms);
      this.drawOverlay(now_ms);
      this.drawn_by_camera = true;
    });
    map.on('moveend', () => {
      const { lng, lat } = map.getCenter();
      options.hooks.onCenter([lng, lat]);
      this.events.thin();
      this.drawGraticule();
      this.recluster();
    });
    map.on('zoom', () => {
      if (clusterStep(map.getZoom()) !== this.cluster_step) this.recluster();
    });
    map.on('movestart', (event) => {
      if (!event.originalEvent) return;
      this.framed = true;
      options.hooks.onCameraByHand();
    });
    map.on('mousemove', (event: MapMouseEvent) => {
      this.pointer = [event.point.x, event.point.y];
      options.hooks.onCursor([event.lngLat.lng, event.lngLat.lat]);
    });
    map.on('mouseout', () => {
      this.pointer = null;
      options.hooks.onCursor(null);
    });
    map.on('click', (event: MapMouseEvent) => {
      if (this.drawing) return;
      const { x, y } = event.point;
      const slot = this.pickAt(x, y);
      options.hooks.onPick(slot, slot >= 0 ? null : this.fences.at(x, y));
    });
    map.on('error', (event) => options.hooks.onBaseMapError(event.error?.message ?? String(event)));
    this.fitCanvas();
  }

  private fitCanvas(): void {
    const { clientWidth, clientHeight } = this.options.container;
    this.overlay.resize(clientWidth, clientHeight);
    this.wake();
  }

  private readonly frame = (): void => {
    this.animation = requestAnimationFrame(this.frame);
    const now_ms = performance.now();
    if (this.options.fleet.revision !== this.revision) this.wake();
    if (this.drawn_by_camera) this.drawn_by_camera = false;
    else if (now_ms < this.still_until_ms) this.drawOverlay(now_ms);
    if (this.following) this.follow(now_ms);
    this.onFrame?.(now_ms);
  };

  /** Draw for as long as something glides after this moment, then rest. */
  private wake(): void {
    this.still_until_ms = performance.now() + 2200;
  }

  private drawOverlay(now_ms: number): void {
    const { fleet } = this.options;
    if (fleet.revision !== this.revision || this.overlay.outdated(now_ms)) {
      this.revision = fleet.revision;
      this.reserve();
      this.overlay.upload(this.drawn, this.smooth, now_ms);
    }
    this.updateHover(now_ms);
    this.overlay.draw(now_ms, this.smooth ? 0.5 + 0.5 * Math.sin(now_ms / 320) : 0.5);
  }

  private updateHover(now_ms: number): void {
    if (this.drawing) return;
    const slot = this.pointer ? this.overlay.pick(...this.pointer, this.drawn, now_ms) : -1;
    if (slot === this.overlay.hovered_slot) return;
    this.overlay.hovered_slot = slot;
    this.map.getCanvas().style.cursor = slot >= 0 ? 'pointer' : '';
    this.options.hooks.onHover(slot);
  }

  private pickAt(x_px: number, y_px: number): number {
    return this.overlay.pick(x_px, y_px, this.drawn, performance.now());
  }

  private reserve(): void {
    const { capacity } = this.options.fleet;
    if (this.drawn.length >= capacity) return;
    const grown = new Uint8Array(capacity);
    grown.set(this.drawn);
    this.drawn = grown;
  }

  private recluster(): void {
    this.reserve();
    if (this.shown.length < this.options.fleet.size) return;
    this.cluster_step = clusterStep(this.map.getZoom());
    this.clusters.show(clusterFleet(this.options.fleet, this.shown, this.map.getZoom(), this.drawn));
    this.revision = -1;
    this.wake();
  }

  private openCluster(cluster: Cluster): void {
    this.options.hooks.onCameraByHand();
    this.moves.toCluster(cluster);
  }

  private follow(now_ms: number): void {
    const slot = this.overlay.selected_slot;
    const at = slot >= 0 ? this.screenOf(slot, now_ms) : null;
    const { clientWidth, clientHeight } = this.options.container;
    if (at) this.moves.follow(slot, at, clientWidth, clientHeight);
  }

  private drawGraticule(): void {
    if (this.options.page.basemap === null) drawGraticule(this.map, this.look.dark);
  }
}
