// Which backend is faster on this machine: a worker of its own finds out while nothing else computes, and it is remembered.

import { withTimeout } from "../shared/with-timeout.js";

/** @typedef {import("./backend.js").BackendName} BackendName */
/** @typedef {{tries: number, faster?: BackendName}} Known */

const NAME = "faster-backend";
// A graphics card's first run compiles a hundred shaders.
const LIMIT_MS = 120_000;
// The browser may be closed meanwhile; or a driver has taken it down.
const MOST_TRIES = 2;

/**
 * WebAssembly computes until WebGL is known to be faster: it is there in a third of a second, where the first run on a graphics
 * card may take several and hold up what is drawn meanwhile.
 */
export class BackendTrial {
  #startWorker;
  #memory;
  #here;
  #running = /** @type {Promise<void> | null} */ (null);

  /**
   * @param {() => import("./analysis-worker.js").WorkerLike} startWorker one that compares
   * @param {() => Pick<Storage, "getItem" | "setItem">} memory may throw: a browser can forbid it
   * @param {() => Promise<string>} here what the answer holds for: the extension's version and the browser
   */
  constructor(startWorker, memory, here) {
    this.#startWorker = startWorker;
    this.#memory = memory;
    this.#here = here;
  }

  /** What is known to be faster. Never rejects. @returns {Promise<BackendName>} */
  async faster() {
    return (await this.#recall()).faster ?? "wasm";
  }

  /** Finds out, once: what it takes is too much for every day, and twice at a time would measure itself. Never rejects. */
  async run() {
    this.#running ??= this.#run().finally(() => (this.#running = null));
    await this.#running;
  }

  async #run() {
    const { tries, faster } = await this.#recall();
    if (faster || tries >= MOST_TRIES) return;
    try {
      await this.#remember({ tries: tries + 1 });
      await this.#remember({ tries: tries + 1, faster: await this.#compare() });
    } catch (error) {
      console.warn("Which backend is faster was not found out:", error);
    }
  }

  /** @returns {Promise<BackendName>} */
  async #compare() {
    const worker = this.#startWorker();
    const answered = new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }) => (data.faster ? resolve(data.faster) : reject(new Error(data.failure?.message))));
      worker.addEventListener("error", (event) => reject(new Error(event.message ?? "the worker could not be started")));
    });
    try {
      return await withTimeout(answered, LIMIT_MS, `It took over ${LIMIT_MS / 1000} s.`);
    } finally {
      worker.terminate();
    }
  }

  /** @returns {Promise<Known>} of this version and browser */
  async #recall() {
    try {
      const { here, tries, faster } = JSON.parse(this.#memory().getItem(NAME) ?? "{}");
      if (here === (await this.#here())) return { tries: Number(tries) || 0, ...(faster === "webgl" || faster === "wasm" ? { faster } : {}) };
    } catch {
      // Nothing is known then, and nothing will be.
    }
    return { tries: 0 };
  }

  /** @param {Known} known */
  async #remember(known) {
    this.#memory().setItem(NAME, JSON.stringify({ here: await this.#here(), ...known }));
  }
}
