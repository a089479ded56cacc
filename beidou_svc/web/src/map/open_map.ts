/** Opens the base map: which style it has, where it looks, what is on it. */
import type { CustomLayerInterface, Map as LibreMap, StyleSpecification } from 'maplibre-gl';
import maplibregl from 'maplibre-gl/dist/maplibre-gl-csp.js';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-csp-worker.js?url';
import 'maplibre-gl/dist/maplibre-gl.css';
import type { PageConfig } from '../api';
import type { CameraState } from './camera';
import { mercatorX, mercatorY } from './mercator';
import { type BaseLook, baseStyle, plainStyle } from './style';

const PROBE_LAYER = 'camera';

/** Absolute address and headers for a request of the base map. */
export type MapRequest = (url: string) => { url: string; headers?: Record<string, string> };

export function openMap(
  container: HTMLElement,
  page: PageConfig,
  look: BaseLook,
  request: MapRequest,
): LibreMap {
  maplibregl.setWorkerUrl(workerUrl);
  const map: LibreMap = new maplibregl.Map({
    container,
    style: styleOf(page, look),
    ...(page.bounds
      ? { bounds: page.bounds, fitBoundsOptions: { padding: 24 } }
      : { center: page.center, zoom: page.zoom }),
    maxZoom: 21,
    maxPitch: 70,
    renderWorldCopies: false,
    attributionControl: page.basemap && !hasOwnBase(page) ? { compact: true } : false,
    fadeDuration: 0,
    transformRequest: request,
  });
  map.addControl(new maplibregl.ScaleControl({ maxWidth: 110 }), 'bottom-left');
  return map;
}

/** Whether the base map, if there is one, comes from the service itself. */
export function hasOwnBase(page: PageConfig): boolean {
  return page.basemap?.startsWith('/') ?? false;
}

export function styleOf(page: PageConfig, look: BaseLook) {
  if (page.basemap === null) return plainStyle(look);
  return hasOwnBase(page) ? baseStyle(look, page.basemap) : page.basemap;
}

/** A layer that draws nothing: the public way to learn the camera's matrix in the frame that uses it. */
export function addProbe(map: LibreMap, onCamera: (state: CameraState) => void): void {
  if (map.getLayer(PROBE_LAYER)) return;
  const probe: CustomLayerInterface = {
    id: PROBE_LAYER,
    type: 'custom',
    render: (_gl, input) => {
      const center = map.getCenter();
      onCamera({
        matrix: input.defaultProjectionData.mainMatrix,
        zoom: map.getZoom(),
        bearing_deg: map.getBearing(),
        x: mercatorX(center.lng),
        y: mercatorY(center.lat),
      });
    },
  };
  map.addLayer(probe);
}

/** Ids of what the page adds to a base map begin with these: fences, closed roads, the drawing library's shapes. */
const OWN = /^(fence|closure|td)/;

/** Another look of the base map leaves on it what is not part of it. */
export function keepOwnLayers(
  before: StyleSpecification | undefined,
  next: StyleSpecification,
): StyleSpecification {
  if (!before) return next;
  const own = Object.entries(before.sources).filter(([id]) => OWN.test(id));
  return {
    ...next,
    sources: { ...next.sources, ...Object.fromEntries(own) },
    layers: [...next.layers, ...before.layers.filter(({ id }) => OWN.test(id))],
  };
}

export function newMarker(element: HTMLElement) {
  return new maplibregl.Marker({ element });
}
