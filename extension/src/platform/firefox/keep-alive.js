// Keeps Firefox's event page running while work is under way.

// Firefox stops an event page after 30 s without an event or an API call, even while it still owes an answer.
const INTERVAL_MS = 5_000;

/** Calls the browser now and then, as long as there is work. */
export class KeepAlive {
  #poke;
  #running = 0;
  #timer = /** @type {ReturnType<typeof setInterval> | undefined} */ (undefined);

  /** @param {() => unknown} [poke] any call that reaches the browser's main process */
  constructor(poke = () => chrome.runtime.getPlatformInfo()) {
    this.#poke = poke;
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async during(work) {
    this.#running += 1;
    this.#timer ??= setInterval(this.#poke, INTERVAL_MS);
    try {
      return await work();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) {
        clearInterval(this.#timer);
        this.#timer = undefined;
      }
    }
  }
}
