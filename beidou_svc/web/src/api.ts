/** The REST API (docs/api.md) as the page uses it. Every failure becomes an `ApiError` that can be shown. */

import type { BaseInUse, BaseStation, RtkStatus } from './bases';
import type { Alarm } from './roads/alarms';
import type { RoadPlace } from './roads/road_place';

export interface PageConfig {
  title: string;
  center: [number, number];
  zoom: number;
  bounds: [number, number, number, number] | null;
  basemap: string | null;
  auth: 'none' | 'token';
  epsg: number;
  demo: boolean;
}

export interface ServiceStatus {
  version: string;
  boot: string;
  time: string;
  uptime_s: number;
  ready: boolean;
  terminals: Record<'total' | 'online' | 'stale' | 'offline' | 'quarantined', number>;
  ingest: {
    connections: number;
    sentences_per_s: number;
    bytes_per_s: number;
    drops: Record<string, number>;
    /** Where terminals connect. */
    listeners?: { transport: string; address: string }[];
  };
  rtk?: RtkStatus;
}

export interface Projected {
  epsg: number;
  easting_m: number;
  northing_m: number;
  scale: number;
  convergence_deg: number;
}

type MaybeNumber = number | null;

export interface LatestFix {
  time: string | null;
  lat_deg: MaybeNumber;
  lon_deg: MaybeNumber;
  h_ell_m: MaybeNumber;
  h_msl_m: MaybeNumber;
  geoid_sep_m: MaybeNumber;
  fix_quality: MaybeNumber;
  sigma_n_m: MaybeNumber;
  sigma_e_m: MaybeNumber;
  sigma_u_m: MaybeNumber;
  hdop: MaybeNumber;
  pdop: MaybeNumber;
  vdop: MaybeNumber;
  sats_used: MaybeNumber;
  age_corr_s: MaybeNumber;
  base_id: string | number | null;
  /** Known where the service computes the position. */
  baseline_m?: MaybeNumber;
  ratio?: MaybeNumber;
  pl_h_m?: MaybeNumber;
  pl_v_m?: MaybeNumber;
  speed_mps: MaybeNumber;
  course_deg: MaybeNumber;
  heading_deg: MaybeNumber;
  /** `engine` = computed by the service; else the form in which the receiver sent it. */
  source: string | null;
  status: string | number | null;
  projected?: Projected | null;
}

export interface Satellite {
  sv: string;
  system: string;
  signal: string | null;
  el_deg: MaybeNumber;
  az_deg: MaybeNumber;
  cn0_dbhz: MaybeNumber;
  used: boolean;
}

export interface TerminalDetail {
  id: string;
  name: string;
  slot: number;
  liveness: string;
  policy: string;
  connection: { transport: string; peer: string; since: string; bytes: number; takeovers: number } | null;
  clock_offset_s: MaybeNumber;
  role?: string;
  /** The base that serves this rover, and what is said of this base. */
  base?: BaseInUse | null;
  station?: Omit<BaseStation, 'id'> | null;
  /** Where it is on the road network; null = no network, or nothing is known. */
  road?: RoadPlace | null;
  /** The alarm that stands of it. */
  alarm?: Alarm | null;
  latest: LatestFix | null;
  counters: {
    sentences: Record<string, number>;
    drops: Record<string, number>;
    epochs: number;
    quality: Record<string, number>;
  };
  satellites: Satellite[];
}

export interface RecentColumns {
  t_ms: number[];
  fix_quality: (number | null)[];
  speed_mps: (number | null)[];
  h_ell_m: (number | null)[];
  sigma_h_m: (number | null)[];
  lat_deg: (number | null)[];
  lon_deg: (number | null)[];
  sats_used: (number | null)[];
}

/** `status` 0 = the service could not be reached at all. */
export class ApiError extends Error {
  override name = 'ApiError';
  constructor(
    readonly status: number,
    message: string,
    /** What to do next, in the service's words. */
    readonly hint: string | null = null,
    /** The whole problem document, for those who know what else is in it. */
    readonly problem: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

export interface Sent {
  signal?: AbortSignal;
  headers?: Record<string, string>;
  body?: string;
}

export interface Answer<T> {
  body: T;
  etag: string | null;
}

const REQUEST_MS_MAX = 10_000;

export class Api {
  /** `root` is the address the page was served from; `token` is asked at every request. */
  constructor(
    private readonly root: string,
    private readonly token: () => string | null,
  ) {}

  url(path: string): string {
    return new URL(path.replace(/^\//, ''), this.root).href;
  }

  socketUrl(path: string): string {
    return this.url(path).replace(/^http/, 'ws');
  }

  authorization(): Record<string, string> {
    const token = this.token();
    return token ? { Authorization: `Bearer ${token}` } : {};
  }

  page(): Promise<PageConfig> {
    return this.get('v1/page');
  }

  status(): Promise<ServiceStatus> {
    return this.get('v1/status');
  }

  terminal(id: string, signal: AbortSignal): Promise<TerminalDetail> {
    return this.get(`v1/terminals/${encodeURIComponent(id)}`, signal);
  }

  async recent(id: string, seconds: number, signal: AbortSignal): Promise<RecentColumns> {
    const path = `v1/terminals/${encodeURIComponent(id)}/recent?seconds=${seconds}`;
    return (await this.get<{ columns: RecentColumns }>(path, signal)).columns;
  }

  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await this.send<T>('GET', path, signal ? { signal } : {})).body;
  }

  /** Any request; `body` of the answer is null where it has none, `etag` names the version that it is about. */
  async send<T>(method: string, path: string, more: Sent = {}): Promise<Answer<T>> {
    const { signal, headers, body } = more;
    const late = AbortSignal.timeout(REQUEST_MS_MAX);
    let response: Response;
    try {
      response = await fetch(this.url(path), {
        method,
        headers: { Accept: 'application/json', ...headers, ...this.authorization() },
        signal: signal ? AbortSignal.any([signal, late]) : late,
        ...(body === undefined ? {} : { body }),
      });
      if (response.ok) {
        const text = await response.text();
        return { body: (text === '' ? null : JSON.parse(text)) as T, etag: response.headers.get('ETag') };
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError(0, error instanceof Error ? error.message : String(error));
    }
    throw await problemOf(response);
  }
}

/** An RFC 9457 problem document, or the bare status where the answer is something else. */
async function problemOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  try {
    const problem = JSON.parse(text) as { title?: string; detail?: string; hint?: string };
    return new ApiError(
      response.status,
      problem.detail || problem.title || response.statusText,
      problem.hint ?? null,
      problem,
    );
  } catch {
    return new ApiError(response.status, response.statusText || String(response.status));
  }
}
