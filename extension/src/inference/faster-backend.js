// Finds out which backend gets through more pictures on this machine, with as many workers as each would have.

import { withTimeout } from "../shared/with-timeout.js";
import { AnalysisWorker } from "./analysis-worker.js";

/** @typedef {import("./backend.js").BackendName} BackendName */

// A graphics card's first run compiles a hundred shaders.
const LIMIT_MS = 120_000;
// The best of so many rounds counts: the first compiles what it runs. Both take turns: what else the machine does disturbs both.
const ROUNDS = 3;
const ROUND_MS = 1000;
// Near a tie WebAssembly is the better choice, though the processor gets warmer: it starts sooner, cannot be reset by a driver, and
// leaves the card and its memory to what is drawn.
const LEAD = 1.1;

/**
 * @param {(wanted: BackendName) => import("./analysis-worker.js").WorkerLike} startWorker
 * @param {() => Promise<ArrayBuffer>} readPicture with a face: only then does the classifier run
 * @param {number} size workers at most that compute on WebAssembly
 * @returns {Promise<BackendName>} "wasm", and no second worker was started, where only that computes right
 * @throws {Error} when a worker or the picture fails, or when it takes too long
 */
export async function findFasterBackend(startWorker, readPicture, size) {
  /** @type {AnalysisWorker[]} */
  const workers = [];
  const start = async (/** @type {BackendName} */ wanted) => {
    const worker = new AnalysisWorker(startWorker(wanted));
    workers.push(worker);
    await worker.ready;
    return worker;
  };
  try {
    return await withTimeout(compare(start, readPicture, size), LIMIT_MS, `It took over ${LIMIT_MS / 1000} s.`);
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

/**
 * @param {(wanted: BackendName) => Promise<AnalysisWorker>} start resolves when it is loaded
 * @param {() => Promise<ArrayBuffer>} readPicture
 * @param {number} size
 * @returns {Promise<BackendName>}
 */
async function compare(start, readPicture, size) {
  const drawing = await start("webgl");
  if (drawing.backend === "wasm") return "wasm";
  const computing = await Promise.all(Array.from({ length: size }, () => start("wasm")));
  const picture = await readPicture();
  const most = { webgl: 0, wasm: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    most.webgl = Math.max(most.webgl, await picturesPerSecond([drawing], picture));
    most.wasm = Math.max(most.wasm, await picturesPerSecond(computing, picture));
  }
  // One that has lost its card meanwhile goes on without.
  return drawing.backend === "webgl" && most.webgl > LEAD * most.wasm ? "webgl" : "wasm";
}

/**
 * @param {AnalysisWorker[]} workers that analyse at the same time: they share the processor's cores and the way to its memory
 * @param {ArrayBuffer} picture
 * @returns {Promise<number>}
 */
async function picturesPerSecond(workers, picture) {
  const analyse = async (/** @type {AnalysisWorker} */ worker) => {
    const startedAt = performance.now();
    for (let pictures = 1; ; pictures += 1) {
      await worker.analyze(picture.slice(0), {});
      const ms = performance.now() - startedAt;
      if (ms >= ROUND_MS) return (1000 * pictures) / ms;
    }
  };
  const rates = await Promise.all(workers.map(analyse));
  return rates.reduce((sum, rate) => sum + rate);
}
