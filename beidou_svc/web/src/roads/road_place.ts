/** Where a terminal is on the road network, and how far along its routes (docs/roads.md). */

export interface RoadPlace {
  network: string;
  time: string | null;
  is_off_road: boolean;
  edge: number | null;
  ref: string | null;
  name: string | null;
  class: string | null;
  limit_kmh: number | null;
  offset_m: number | null;
  /** Left of the middle of the road is positive. */
  lateral_m: number | null;
  lat_deg: number | null;
  lon_deg: number | null;
  lane: number | null;
  /** Counted from the left, 0 first. */
  lane_index: number | null;
  lane_p: number | null;
  confidence: number | null;
  alternative: { edge: number; p: number } | null;
  routes: { id: string; name: string; run_m: number; ratio: number }[];
  /** Ids of the fences that it is in. */
  inside: string[];
}

interface StopAhead {
  id: string;
  name: string;
  run_m: number;
  distance_m?: number;
  eta_s?: number | null;
}

export interface RouteProgress {
  route: string;
  name: string;
  length_m: number;
  terminals: {
    id: string;
    run_m: number;
    ratio: number;
    lap: number;
    stop_before: StopAhead | null;
    stop_next: StopAhead | null;
    at_stop: StopAhead | string | null;
  }[];
}

export interface NetworkSummary {
  id: string;
  name: string;
  active?: boolean;
  /** Directed edges that are closed. */
  closures?: number[];
  length_km?: number;
}

export interface RouteCollection {
  features: { properties: { stops: { id: string; name: string }[] } }[];
}
