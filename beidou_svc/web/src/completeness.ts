/**
 * Notices a picture that stays incomplete. The stream brings every terminal by itself; should some ever be lost on
 * the way, this is where it shows, and where it ends.
 */

/** So many looks in a row, each against what the service counted one look before. */
const LOOKS_MAX = 3;

export class Completeness {
  private total_before = 0;
  private looks = 0;

  /** `total` terminals in the service, `shown` on the page; true where the whole picture should be asked for anew. */
  isDue(shown: number, total: number): boolean {
    // the newest count may be ahead of the stream: only what was there at the last look must be here by now
    this.looks = shown < Math.min(total, this.total_before) ? this.looks + 1 : 0;
    this.total_before = total;
    if (this.looks < LOOKS_MAX) return false;
    this.looks = 0;
    return true;
  }
}
