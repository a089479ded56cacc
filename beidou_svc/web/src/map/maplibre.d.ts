/** The build of MapLibre whose worker is a file of its own, as a strict content security policy wants it. */
declare module 'maplibre-gl/dist/maplibre-gl-csp.js' {
  import * as maplibregl from 'maplibre-gl';

  const value: typeof maplibregl;
  export default value;
}
