/** The part of the REST API that is about roads, fences and events (docs/roads.md). */
import { type Answer, type Api, ApiError } from '../api';
import type { Alarm } from './alarms';
import type { ClosedRoad, ClosedRoads } from './closures';
import type { RoadEvent } from './events';
import type { Fence, FenceCollection } from './fence';
import type { NetworkSummary, RouteCollection, RouteProgress } from './road_place';

const GEOJSON = { 'Content-Type': 'application/geo+json' };

export interface EventsPage {
  n: number;
  next: string | null;
  seq: number;
  events: RoadEvent[];
}

export interface EventsWanted {
  terminal?: string;
  fence?: string;
  kind?: string;
  after?: string;
  limit?: number;
}

export class RoadsApi {
  constructor(private readonly api: Api) {}

  /** Null = this service knows no fences at all. */
  async fences(): Promise<FenceCollection | null> {
    try {
      return await this.api.get<FenceCollection>('v1/fences');
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }

  fence(id: string): Promise<Answer<Fence>> {
    return this.api.send('GET', pathOf(id));
  }

  create(fence: Fence): Promise<Answer<Fence>> {
    return this.api.send('POST', 'v1/fences', { headers: GEOJSON, body: JSON.stringify(fence) });
  }

  replace(id: string, fence: Fence, etag: string): Promise<Answer<Fence>> {
    const headers = { ...GEOJSON, 'If-Match': etag };
    return this.api.send('PUT', pathOf(id), { headers, body: JSON.stringify(fence) });
  }

  remove(id: string, etag: string): Promise<Answer<null>> {
    return this.api.send('DELETE', pathOf(id), { headers: { 'If-Match': etag } });
  }

  events(wanted: EventsWanted): Promise<EventsPage> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(wanted))
      if (value !== undefined) query.set(name, String(value));
    return this.api.get(`v1/events?${query}`);
  }

  async alarms(): Promise<Alarm[]> {
    return (await this.api.get<{ alarms: Alarm[] }>('v1/alarms')).alarms;
  }

  async networks(): Promise<NetworkSummary[]> {
    return (await this.api.get<{ networks: NetworkSummary[] }>('v1/networks')).networks;
  }

  async closedRoads(network: string): Promise<ClosedRoad[]> {
    const path = `v1/networks/${encodeURIComponent(network)}/closures.geojson`;
    return (await this.api.get<ClosedRoads>(path)).features;
  }

  routes(): Promise<RouteCollection> {
    return this.api.get('v1/routes');
  }

  progress(route: string, signal: AbortSignal): Promise<RouteProgress> {
    return this.api.get(`v1/routes/${encodeURIComponent(route)}/progress`, signal);
  }
}

function pathOf(id: string): string {
  return `v1/fences/${encodeURIComponent(id)}`;
}
