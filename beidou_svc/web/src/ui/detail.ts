/** What the service knows of the selected terminal, asked once a second while the panel is open. */
import { signal } from '@preact/signals';
import { ApiError, type TerminalDetail } from '../api';
import type { Session } from '../session';
import { pulse } from '../state';
import { extendTrack, TRACK_SECONDS, type TrackPoint, trackFromRecent } from '../track';

const ASK_EVERY_MS = 1000;

export interface DetailState {
  detail: TerminalDetail | null;
  error: ApiError | null;
}

export const detail = signal<DetailState>({ detail: null, error: null });
export const track = signal<readonly TrackPoint[]>([]);

/** Follow one terminal until the returned function is called. */
export function watchTerminal(session: Session, id: string): () => void {
  const abort = new AbortController();
  detail.value = { detail: null, error: null };
  track.value = [];
  const ask = async (): Promise<void> => {
    try {
      const answer = await session.api.terminal(id, abort.signal);
      if (!abort.signal.aborted) detail.value = { detail: answer, error: null };
    } catch (error) {
      if (abort.signal.aborted) return;
      const shown = error instanceof ApiError ? error : new ApiError(0, String(error));
      detail.value = { detail: detail.value.detail, error: shown };
    }
    if (!abort.signal.aborted) timer = setTimeout(() => void ask(), ASK_EVERY_MS);
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  void ask();
  void loadTrack(session, id, abort.signal);
  const stop_pulse = pulse.subscribe(() => {
    track.value = extendTrack(track.peek(), session.fleet, session.fleet.slotOf(id));
  });
  return () => {
    abort.abort();
    clearTimeout(timer);
    stop_pulse();
  };
}

/** The past comes later than the first live rows: it is put in front of them. */
async function loadTrack(session: Session, id: string, signal: AbortSignal): Promise<void> {
  try {
    const past = trackFromRecent(await session.api.recent(id, TRACK_SECONDS, signal));
    if (signal.aborted) return;
    const last_ms = past.at(-1)?.t_ms ?? 0;
    track.value = [...past, ...track.peek().filter((p) => p.t_ms > last_ms)];
  } catch {
    // Without the past the plots fill from the live stream; the panel shows the error of the detail request.
  }
}
