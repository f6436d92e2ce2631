// Which backend is faster on this machine: found out once, while nothing else computes, and remembered.

/** @typedef {import("./backend.js").BackendName} BackendName */
/** @typedef {{here?: string, tries?: number, faster?: BackendName}} Known here: what it holds for */

const NAME = "faster-backend";
// The browser may be closed meanwhile; or a driver has taken it down.
const MOST_TRIES = 2;

/**
 * WebAssembly computes until WebGL is known to be faster: it is there in a third of a second, where the first run on a graphics
 * card may take several and hold up what is drawn meanwhile.
 */
export class BackendTrial {
  #compare;
  #memory;
  #here;
  #running = /** @type {Promise<void> | null} */ (null);

  /**
   * @param {() => Promise<BackendName>} compare finds the faster; takes the whole machine for some seconds
   * @param {() => Pick<Storage, "getItem" | "setItem">} memory may throw: a browser can forbid it
   * @param {() => Promise<string>} here names all that the answer depends on
   */
  constructor(compare, memory, here) {
    this.#compare = compare;
    this.#memory = memory;
    this.#here = here;
  }

  /** What is known to be faster. Never rejects. @returns {Promise<BackendName>} */
  async faster() {
    const { here, faster } = this.#recall();
    // For WebAssembly it does not matter whether it still holds: the first picture need not wait until the graphics card is known.
    return faster === "webgl" && here === (await this.#here().catch(() => null)) ? "webgl" : "wasm";
  }

  /** Finds out, once: what it takes is too much for every day, and twice at a time would measure itself. Never rejects. */
  async run() {
    this.#running ??= this.#run().finally(() => (this.#running = null));
    await this.#running;
  }

  async #run() {
    try {
      const here = await this.#here();
      const known = this.#recall();
      const { tries = 0, faster } = known.here === here ? known : {};
      if (faster || tries >= MOST_TRIES) return;
      this.#remember({ here, tries: tries + 1 });
      this.#remember({ here, tries: tries + 1, faster: await this.#compare() });
    } catch (error) {
      console.warn("Which backend is faster was not found out:", error);
    }
  }

  /** @returns {Known} */
  #recall() {
    try {
      const { here, tries, faster } = JSON.parse(this.#memory().getItem(NAME) ?? "{}");
      return { here, tries: Number(tries) || 0, ...(faster === "webgl" || faster === "wasm" ? { faster } : {}) };
    } catch {
      // Nothing is known then.
      return {};
    }
  }

  /** @param {Known} known */
  #remember(known) {
    this.#memory().setItem(NAME, JSON.stringify(known));
  }
}
