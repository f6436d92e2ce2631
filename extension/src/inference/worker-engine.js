// An engine whose work is done in workers: as many as the machine bears, one where a GPU computes.

import { AnalysisWorker } from "./analysis-worker.js";
import { NEVER_LOST } from "./context-loss.js";
import { poolSize } from "./pool-size.js";
import { WorkerPool } from "./worker-pool.js";

/**
 * Loads the first worker; the others come when images wait.
 *
 * @param {(wanted: import("./backend.js").BackendName) => import("./analysis-worker.js").WorkerLike} startWorker
 * @param {import("./backend.js").BackendName} wanted
 * @param {AbortSignal} signal ends the worker that still loads
 * @param {{size?: number, whenQuiet?: () => void}} [options] workers at most; called when they have had nothing to do for a while
 * @returns {Promise<import("./engine.js").Engine>}
 * @throws {Error} with a sentence for the reader, when the model cannot be loaded
 */
export async function loadWorkerEngine(startWorker, wanted, signal, { size = poolSize(navigator), whenQuiet } = {}) {
  signal.throwIfAborted();
  const first = new AnalysisWorker(startWorker(wanted));
  const giveUp = () => first.terminate();
  signal.addEventListener("abort", giveUp);
  const { manifest, manifestSha256 } = await first.ready.catch((error) => {
    giveUp(); // a worker that could not load is left behind by nobody
    throw error;
  });
  signal.removeEventListener("abort", giveUp);
  // A worker that loses its GPU for good goes on without.
  const lanes = () => (first.backend === "wasm" ? size : 1);
  return {
    manifest,
    manifestSha256,
    get backend() {
      return first.backend;
    },
    pipeline: new WorkerPool(first, () => new AnalysisWorker(startWorker(first.backend)), lanes, whenQuiet),
    // A worker that loses its context replaces it by itself.
    context: NEVER_LOST,
    get lanes() {
      return lanes();
    },
  };
}
