// Finds out which backend gets through more pictures on this machine.

import { configure, hasGpu, loadOn, pass, switchTo } from "./backend.js";

/** @typedef {import("./backend.js").BackendName} BackendName */

// The fastest of so many rounds counts. Both take turns: what else the machine does in between disturbs both.
const ROUNDS = 5;

/**
 * @template {{dispose(): void}} T
 * @param {string} wasmFolder as in configure
 * @param {() => Promise<T>} load
 * @param {import("./backend.js").SelfTest<T>} selfTest its warm runs are timed
 * @param {number} workers that compute side by side on WebAssembly; on WebGL one does
 * @returns {Promise<BackendName>} "wasm" where only that computes right, too
 * @throws {Error} when WebAssembly fails, or WebGL after it has passed at first
 */
export async function findFasterBackend(wasmFolder, load, selfTest, workers) {
  if (!hasGpu()) return "wasm";
  configure(wasmFolder);
  const drawing = await loadOn("webgl", load, selfTest).catch((error) => console.warn("WebGL is not used:", error));
  if (!drawing) return "wasm";
  const contestants = { webgl: drawing, wasm: await loadOn("wasm", load, selfTest) };
  const ms = { webgl: Infinity, wasm: Infinity };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of /** @type {BackendName[]} */ (["webgl", "wasm"])) {
      await switchTo(name);
      const startedAt = performance.now();
      await pass(selfTest, contestants[name]);
      ms[name] = Math.min(ms[name], performance.now() - startedAt);
    }
  }
  for (const loaded of Object.values(contestants)) loaded.dispose();
  return ms.webgl < ms.wasm / workers ? "webgl" : "wasm";
}
