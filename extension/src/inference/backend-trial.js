// Which backend is faster on this machine: a worker of its own finds out while nothing else computes, and it is remembered.

import { withTimeout } from "../shared/with-timeout.js";

/** @typedef {import("./backend.js").BackendName} BackendName */

const NAME = "faster-backend";
// A graphics card's first run compiles a hundred shaders.
const LIMIT_MS = 120_000;

/**
 * WebAssembly computes until WebGL is known to be faster: it is there in a third of a second, where the first run on a graphics
 * card may take several and hold up what is drawn meanwhile.
 */
export class BackendTrial {
  #startWorker;
  #memory;
  #here;

  /**
   * @param {() => import("./analysis-worker.js").WorkerLike} startWorker one that compares
   * @param {() => Pick<Storage, "getItem" | "setItem">} memory may throw: a browser can forbid it
   * @param {() => Promise<string>} here what the answer holds for: the extension's version and the browser's
   */
  constructor(startWorker, memory, here) {
    this.#startWorker = startWorker;
    this.#memory = memory;
    this.#here = here;
  }

  /** What is known to be faster. Never rejects. @returns {Promise<BackendName>} */
  async faster() {
    return (await this.#recall()) ?? "wasm";
  }

  /** Finds out, once: what it takes is too much for every day. Never rejects. */
  async run() {
    if (await this.#recall()) return;
    try {
      // First of all: a driver that takes the browser down with it is not asked again.
      await this.#remember("wasm");
      await this.#remember(await this.#compare());
    } catch (error) {
      console.warn("Which backend is faster was not found out:", error);
    }
  }

  /** @returns {Promise<BackendName>} */
  async #compare() {
    const worker = this.#startWorker();
    const answered = new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }) => (data.faster ? resolve(data.faster) : reject(new Error(data.failure?.message))));
      worker.addEventListener("error", (event) => reject(new Error(event.message)));
    });
    try {
      return await withTimeout(answered, LIMIT_MS, `It took over ${LIMIT_MS / 1000} s.`);
    } finally {
      worker.terminate();
    }
  }

  /** @returns {Promise<BackendName | null>} null: nobody has found out here */
  async #recall() {
    try {
      const { here, faster } = JSON.parse(this.#memory().getItem(NAME) ?? "{}");
      return here === (await this.#here()) && (faster === "webgl" || faster === "wasm") ? faster : null;
    } catch {
      return null;
    }
  }

  /** @param {BackendName} faster */
  async #remember(faster) {
    this.#memory().setItem(NAME, JSON.stringify({ here: await this.#here(), faster }));
  }
}
