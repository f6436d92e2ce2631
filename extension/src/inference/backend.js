// Loads on WebGL, where a real GPU computes right, or on WebAssembly with SIMD.

import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-backend-webgl";

import { withSignal, withTimeout } from "../shared/with-timeout.js";
import { NEVER_LOST } from "./context-loss.js";
import { graphicsCard } from "./graphics-card.js";
import { useOwnKernels } from "./own-kernels.js";
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
 * Loads something on the backend that is wanted, and on WebAssembly where its self-test fails there.
 *
 * @template {{dispose(): void}} T
 * @param {string} wasmFolder as in configure
 * @param {() => Promise<T>} load
 * @param {SelfTest<T>} selfTest rejects when the backend computes something else than it should
 * @param {BackendName} wanted
 * @returns {Promise<{backend: BackendName, loaded: T, context: import("./context-loss.js").ContextWatch}>}
 * @throws the self-test's error when it fails on WebAssembly too
 */
export async function loadOnBackend(wasmFolder, load, selfTest, wanted) {
  configure(wasmFolder);
  if (watch.isLost()) {
    losses += 1;
    watch = NEVER_LOST;
    replaceBackend();
  }
  if (wanted === "webgl" && losses < MAX_LOSSES && isGpuRenderer(graphicsCard())) {
    try {
      const loaded = await loadOn("webgl", load, selfTest);
      watch = watchBackend();
      return { backend: "webgl", loaded, context: watch };
    } catch (error) {
      console.warn("WebGL is not used:", error);
    }
  }
  return { backend: "wasm", loaded: await loadOn("wasm", load, selfTest), context: NEVER_LOST };
}

/**
 * @param {string | null} renderer as WebGL names it, null when it does not
 * @returns {boolean} whether it is a GPU rather than a program that draws on the processor
 */
export function isGpuRenderer(renderer) {
  return renderer !== null && renderer !== "" && !SOFTWARE_RENDERER.test(renderer);
}

/**
 * Sets TensorFlow.js as the extension has it, on either backend.
 *
 * @param {string} wasmFolder URL or path of the .wasm files' folder, with its last slash
 */
export function configure(wasmFolder) {
  // Shapes as parameters, not constants: else every size of image compiles the detector's shaders anew.
  tf.env().set("WEBGL_USE_SHAPES_UNIFORMS", true);
  // The extension's content security policy blocks the threaded build's workers, and it would wait for them for ever.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  setWasmPaths(wasmFolder);
  useOwnKernels();
}

/**
 * @template {{dispose(): void}} T
 * @param {BackendName} name
 * @param {() => Promise<T>} load
 * @param {SelfTest<T>} selfTest
 * @returns {Promise<T>}
 */
async function loadOn(name, load, selfTest) {
  await switchTo(name);
  const loaded = await load();
  try {
    await pass(selfTest, loaded);
    return loaded;
  } catch (error) {
    loaded.dispose();
    throw error;
  }
}

/**
 * @param {BackendName} name what TensorFlow.js computes on from here on
 * @throws {Error} when it cannot be used here
 */
export async function switchTo(name) {
  const switched = lastSwitch.then(() =>
    withTimeout(tf.setBackend(name), START_LIMIT_MS, `the ${name} backend did not start within ${START_LIMIT_MS / 1000} s`),
  );
  lastSwitch = switched.catch(() => undefined);
  if (!(await switched)) throw new Error(`the ${name} backend cannot be used in this browser`);
}

/**
 * @template T
 * @param {SelfTest<T>} selfTest
 * @param {T} loaded
 * @throws the self-test's error, or that it took too long
 */
async function pass(selfTest, loaded) {
  const test = withSignal((signal) => selfTest(loaded, signal), START_LIMIT_MS);
  await withTimeout(test, START_LIMIT_MS, `the self-test took over ${START_LIMIT_MS / 1000} s`);
}
