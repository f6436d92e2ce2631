// An engine whose work is done in workers: as many as the machine bears, one where a GPU computes.

import { withTimeout } from "../shared/with-timeout.js";
import { AnalysisWorker } from "./analysis-worker.js";
import { NEVER_LOST } from "./context-loss.js";
import { WorkerPool } from "./worker-pool.js";

// More bring little: image after image waits for its download then.
const MOST_WORKERS = 4;
// What a worker may take of the machine's memory; it holds about 150 MB.
const MEMORY_OF_WORKER_GB = 2;

// Below the limit of whoever waits for the engine, so that no worker is left behind.
const LOAD_LIMIT_MS = 80_000;

/**
 * @param {{hardwareConcurrency: number, deviceMemory?: number}} machine deviceMemory in GB, where the browser tells it
 * @returns {number} workers at most, >= 1: one core is left to the page, where there are more than two
 */
export function poolSize({ hardwareConcurrency, deviceMemory = 4 }) {
  const cores = Math.max(2, hardwareConcurrency - 1);
  return Math.max(1, Math.min(MOST_WORKERS, cores, Math.floor(deviceMemory / MEMORY_OF_WORKER_GB)));
}

/**
 * Loads the first worker; the others come when images wait.
 *
 * @param {(preference: "auto" | "wasm") => import("./analysis-worker.js").WorkerLike} startWorker
 * @param {"auto" | "wasm"} preference of what computes
 * @param {number} [size] workers at most
 * @returns {Promise<import("./engine.js").Engine>}
 * @throws {Error} with a sentence for the reader, when the model cannot be loaded
 */
export async function loadWorkerEngine(startWorker, preference, size = poolSize(navigator)) {
  const first = new AnalysisWorker(startWorker(preference));
  const { manifest, manifestSha256, backend } = await withTimeout(first.ready, LOAD_LIMIT_MS, "The detection model did not load.").catch((error) => {
    first.terminate();
    throw error;
  });
  const lanes = backend === "wasm" ? size : 1;
  return {
    manifest,
    manifestSha256,
    get backend() {
      return first.backend;
    },
    pipeline: new WorkerPool(first, () => new AnalysisWorker(startWorker(backend === "wasm" ? "wasm" : preference)), lanes),
    // A worker that loses its context replaces it by itself.
    context: NEVER_LOST,
    lanes,
  };
}
