// Chooses what computes: WebGL on a real GPU that computes right, else WebAssembly with SIMD.

import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-backend-webgl";

import { withSignal, withTimeout } from "../shared/with-timeout.js";
import { NEVER_LOST } from "./context-loss.js";
import { useOwnConvolution } from "./convolution-kernel.js";
import * as tf from "./tf.js";
import { replaceBackend, watchBackend } from "./webgl-context.js";

/** @typedef {"webgl" | "wasm"} BackendName */
/**
 * @template T
 * @typedef {(loaded: T, signal: AbortSignal) => Promise<void>} SelfTest
 */

const START_LIMIT_MS = 30_000;
// A driver that resets again and again is left alone for the rest of the session.
const MAX_LOSSES = 2;
// Renderers that draw on the processor: ten times slower than WebAssembly on the same processor.
const SOFTWARE_RENDERER = /swiftshader|llvmpipe|softpipe|basic render|software/i;

// Concurrent calls of setBackend break TensorFlow.js's fallback, so every call waits for the one before it.
/** @type {Promise<unknown>} */
let lastSwitch = Promise.resolve();

let watch = /** @type {import("./context-loss.js").ContextWatch} */ (NEVER_LOST);
let losses = 0;

/**
 * Loads something on the fastest backend on which its self-test passes.
 *
 * @template {{dispose(): void}} T
 * @param {string} wasmFolder URL or path of the .wasm files' folder, with its last slash
 * @param {() => Promise<T>} load
 * @param {SelfTest<T>} selfTest rejects when the backend computes something else than it should
 * @param {"auto" | "wasm"} [preference] "wasm": the user wants it, whatever else there is
 * @returns {Promise<{backend: BackendName, loaded: T, context: import("./context-loss.js").ContextWatch}>}
 * @throws the self-test's error when it fails on WebAssembly too
 */
export async function loadOnBestBackend(wasmFolder, load, selfTest, preference = "auto") {
  if (watch.isLost()) {
    losses += 1;
    watch = NEVER_LOST;
    replaceBackend();
  }
  if (preference === "auto" && losses < MAX_LOSSES && hasGpu()) {
    // Shapes as parameters, not constants: else every size of image compiles the detector's shaders anew.
    tf.env().set("WEBGL_USE_SHAPES_UNIFORMS", true);
    try {
      const loaded = await loadOn("webgl", load, selfTest);
      watch = watchBackend();
      return { backend: "webgl", loaded, context: watch };
    } catch (error) {
      console.warn("WebGL is not used:", error);
    }
  }
  // The extension's content security policy blocks the threaded build's workers, and it would wait for them for ever.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  setWasmPaths(wasmFolder);
  useOwnConvolution();
  return { backend: "wasm", loaded: await loadOn("wasm", load, selfTest), context: NEVER_LOST };
}

/**
 * @param {string | null} renderer as WebGL names it, null when it does not
 * @returns {boolean} whether it is a GPU rather than a program that draws on the processor
 */
export function isGpuRenderer(renderer) {
  return renderer !== null && renderer !== "" && !SOFTWARE_RENDERER.test(renderer);
}

/** @returns {boolean} */
function hasGpu() {
  if (typeof OffscreenCanvas === "undefined") return false;
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const renderer = info && /** @type {string | null} */ (gl.getParameter(info.UNMASKED_RENDERER_WEBGL));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return isGpuRenderer(renderer);
}

/**
 * @template {{dispose(): void}} T
 * @param {BackendName} name
 * @param {() => Promise<T>} load
 * @param {SelfTest<T>} selfTest
 * @returns {Promise<T>}
 */
async function loadOn(name, load, selfTest) {
  const switched = lastSwitch.then(() =>
    withTimeout(tf.setBackend(name), START_LIMIT_MS, `the ${name} backend did not start within ${START_LIMIT_MS / 1000} s`),
  );
  lastSwitch = switched.catch(() => undefined);
  if (!(await switched)) throw new Error(`the ${name} backend cannot be used in this browser`);
  const loaded = await load();
  try {
    const test = withSignal((signal) => selfTest(loaded, signal), START_LIMIT_MS);
    await withTimeout(test, START_LIMIT_MS, `the self-test on ${name} took over ${START_LIMIT_MS / 1000} s`);
    return loaded;
  } catch (error) {
    loaded.dispose();
    throw error;
  }
}
