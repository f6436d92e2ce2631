// Tells when pictures may have moved: soon after the browser says so, else by looks that grow rarer while the page rests.

const FIRST_LOOK_MS = 500;
// What moves without any event (a script that changes a rule of a style sheet) is seen after so long at the latest.
const MAX_LOOK_MS = 8000;
const EVENTS = ["transitionrun", "transitionend", "animationstart", "animationend", "toggle"];
// Chromium's; what moves for whatever reason without moving by a transformation.
const LAYOUT_SHIFT = "layout-shift";

/** Looks while it is started and the page is to be seen; sleeps in between. */
export class MotionWatch {
  #look;
  #waitMs = FIRST_LOOK_MS;
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  #abort = /** @type {AbortController | null} */ (null);

  /** @param {(waitMs: number) => boolean} look says whether something has moved; waitMs: time since the look before, at least */
  constructor(look) {
    this.#look = look;
  }

  /** Starts looking, if it has not. */
  start() {
    if (this.#abort) return;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    for (const name of EVENTS) document.addEventListener(name, this.soon, { capture: true, passive: true, signal });
    document.addEventListener("visibilitychange", this.soon, { signal });
    if (PerformanceObserver.supportedEntryTypes.includes(LAYOUT_SHIFT)) {
      const shifts = new PerformanceObserver(this.soon);
      shifts.observe({ type: LAYOUT_SHIFT });
      signal.addEventListener("abort", () => shifts.disconnect());
    }
    this.soon();
  }

  /** There is nothing to look at any more. */
  stop() {
    this.#abort?.abort();
    this.#abort = null;
    this.#sleep();
  }

  /** Something may move from now on; called often. */
  soon = () => {
    if (!this.#abort || document.hidden) return this.#sleep();
    if (this.#timer !== undefined && this.#waitMs === FIRST_LOOK_MS) return;
    this.#lookAfter(FIRST_LOOK_MS);
  };

  /** @param {number} ms */
  #lookAfter(ms) {
    clearTimeout(this.#timer);
    this.#waitMs = ms;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const hasMoved = this.#look(ms);
      // The look may have found that there is nothing to look at any more.
      if (this.#abort && this.#timer === undefined) this.#lookAfter(hasMoved ? FIRST_LOOK_MS : Math.min(MAX_LOOK_MS, 2 * ms));
    }, ms);
  }

  #sleep() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
