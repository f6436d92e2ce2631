// Keeps the loaded engine: loads it when it is needed, lets as many use it as it can serve, replaces a broken one.

import { withTimeout } from "../shared/with-timeout.js";
import { ContextLostError } from "./context-loss.js";

/** @typedef {import("./engine.js").Engine} Engine */

const LOAD_LIMIT_MS = 90_000;

/** One keeper per context; nothing is loaded before the first use. */
export class EngineKeeper {
  #load;
  #engine = /** @type {Promise<Engine> | null} */ (null);
  // Before the engine is there, nobody knows how many it serves; TensorFlow.js gets one image at a time.
  #lanes = 1;
  #running = /** @type {Set<Promise<unknown>>} */ (new Set());
  #waiting = /** @type {(() => void)[]} */ ([]);

  /** @param {(signal: AbortSignal) => Promise<Engine>} load called again after a failure; signal: nobody waits for it any more */
  constructor(load) {
    this.#load = load;
  }

  /**
   * Runs work on the engine, in the order asked, at most as much at a time as the engine has lanes.
   *
   * @template T
   * @param {(engine: Engine) => Promise<T>} work done once more, on a new engine, when its context was lost
   * @returns {Promise<T>}
   */
  use(work) {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        const run = this.#withEngine(work);
        this.#running.add(run);
        const settle = () => {
          this.#running.delete(run);
          this.#admit();
        };
        run.then(resolve, reject).then(settle);
      });
      this.#admit();
    });
  }

  /**
   * The engine, to look at and not to run anything on: that waits for no turn.
   *
   * @returns {Promise<Engine>}
   */
  async loaded() {
    const limit = `The detection model did not load within ${LOAD_LIMIT_MS / 1000} s.`;
    if (!this.#engine) {
      const abort = new AbortController();
      this.#engine = withTimeout(this.#load(abort.signal), LOAD_LIMIT_MS, limit);
      this.#engine.catch((error) => abort.abort(error));
    }
    const loading = this.#engine;
    try {
      const engine = await loading;
      this.#lanes = engine.lanes ?? 1;
      this.#admit();
      return engine;
    } catch (error) {
      // Others who wait for it come here too, when a new one may already be on its way.
      if (this.#engine === loading) this.forget();
      throw error;
    }
  }

  /** What hangs or is broken is not used again: the next use loads another. */
  forget() {
    this.#engine = null;
    this.#lanes = 1;
  }

  /** Frees the engine once what runs on it is done; the next use loads it again. */
  async close() {
    const engine = this.#engine;
    this.forget();
    await Promise.allSettled(this.#running);
    // One that could not be loaded has nothing to free.
    (await engine?.catch(() => null))?.pipeline.dispose();
  }

  #admit() {
    while (this.#running.size < this.#lanes && this.#waiting.length > 0) this.#waiting.shift()?.();
  }

  /**
   * @template T
   * @param {(engine: Engine) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #withEngine(work) {
    const engine = await this.loaded();
    try {
      return await work(engine);
    } catch (error) {
      if (!(error instanceof ContextLostError)) throw error;
      this.forget();
      engine.pipeline.dispose();
      return work(await this.loaded());
    }
  }
}
