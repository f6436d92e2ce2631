// When the overlay is drawn anew: once a frame at most.

/** Calls back in the next frame, however often it is asked. */
export class Redraw {
  #draw;
  #frame = 0;

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

  /** Draws no more. */
  stop() {
    cancelAnimationFrame(this.#frame);
  }
}
