// Decides when an element that a page has removed may be put back: soon at first, seldom against a page that insists.

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 60_000;
/** What has stayed for so long was not removed by a page that fights it. */
const CALM_MS = 10_000;

/** Knows when the element was last put on the page. */
export class MountGuard {
  #mountedAt = -Infinity;
  #waitMs = 0;

  /**
   * @param {number} now milliseconds
   * @returns {boolean} whether to mount now, which is then counted as done
   */
  mayMount(now) {
    const lastedMs = now - this.#mountedAt;
    if (lastedMs < this.#waitMs) return false;
    this.#waitMs = lastedMs - this.#waitMs > CALM_MS ? FIRST_WAIT_MS : Math.min(MAX_WAIT_MS, Math.max(FIRST_WAIT_MS, 2 * this.#waitMs));
    this.#mountedAt = now;
    return true;
  }

  /** The extension itself has taken the element away. */
  reset() {
    this.#mountedAt = -Infinity;
    this.#waitMs = 0;
  }
}
