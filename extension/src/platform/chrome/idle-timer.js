// Tells when nothing has been asked for a while.

/** Counts what runs, and calls back once it has been quiet for long enough. */
export class IdleTimer {
  #onIdle;
  #limitMs;
  #running = 0;
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /**
   * @param {() => void} onIdle
   * @param {number} limitMs of quiet, milliseconds
   */
  constructor(onIdle, limitMs) {
    this.#onIdle = onIdle;
    this.#limitMs = limitMs;
    this.#start();
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async during(work) {
    this.#running += 1;
    clearTimeout(this.#timer);
    try {
      return await work();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#start();
    }
  }

  #start() {
    this.#timer = setTimeout(this.#onIdle, this.#limitMs);
  }
}
