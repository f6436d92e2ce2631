// When the overlay is drawn anew: once a frame at most, and now and then for what moves without an event.

// Animations and page scripts move images without an event; a look at the badges in view is cheap.
const RECHECK_MS = 500;

/** Calls back in the next frame, however often it is asked. */
export class Redraw {
  #draw;
  #frame = 0;
  #timer = /** @type {ReturnType<typeof setInterval> | undefined} */ (undefined);

  /** @param {() => void} draw */
  constructor(draw) {
    this.#draw = draw;
  }

  /** Draws in the next frame. */
  request() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  /** @param {() => void} recheck called now and then, while the page is to be seen */
  keepLooking(recheck) {
    this.#timer ??= setInterval(() => !document.hidden && recheck(), RECHECK_MS);
  }

  /** There is nothing to look at any more. */
  rest() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Draws no more. */
  stop() {
    this.rest();
    cancelAnimationFrame(this.#frame);
  }
}
