// Watches the WebGL context that TensorFlow.js computes on: the browser may take it away at any time.

import * as tf from "./tf.js";

const BACKEND = "webgl";

/** @typedef {{isLost: () => boolean, onLoss: (listener: () => void) => () => void}} ContextWatch onLoss: returns how to stop listening */
/** @typedef {{canvas: EventTarget, isContextLost: () => boolean}} Context the part of a WebGL context that is needed here */

/** What was being computed is worthless: a lost context gives back zeros, or never answers. */
export class ContextLostError extends Error {
  constructor() {
    super("The browser reset the graphics processor during the check. Try again.");
    this.name = "ContextLostError";
  }
}

/** The watch of what cannot be lost. @type {ContextWatch} */
export const NEVER_LOST = Object.freeze({ isLost: () => false, onLoss: () => () => undefined });

/**
 * @param {Context} context
 * @returns {ContextWatch}
 */
export function watchContext(context) {
  // Remembered: a context that was restored is no longer lost, and its textures are still gone.
  let wasLost = false;
  const listeners = new Set(/** @type {(() => void)[]} */ ([]));
  context.canvas.addEventListener(
    "webglcontextlost",
    () => {
      wasLost = true;
      for (const listener of listeners) listener();
    },
    { once: true },
  );
  return {
    isLost: () => wasLost || context.isContextLost(),
    onLoss: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/**
 * @template T
 * @param {ContextWatch} watch
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 * @throws {ContextLostError} the context went while the work ran, or before
 */
export async function whileIntact(watch, work) {
  // Its event has come and gone, and the work would wait for an answer for ever.
  if (watch.isLost()) throw new ContextLostError();
  let stop = () => {};
  try {
    const loss = new Promise((resolve) => (stop = watch.onLoss(() => resolve(undefined))));
    const value = await Promise.race([work(), loss]);
    if (!watch.isLost()) return /** @type {T} */ (value);
  } catch (error) {
    if (!watch.isLost()) throw error;
  } finally {
    stop();
  }
  throw new ContextLostError();
}

/** @returns {ContextWatch} of the context that TensorFlow.js uses now */
export function watchBackend() {
  return watchContext(webglOf(tf.backend()).gl);
}

/** Takes away the backend with its lost context, so that the next use makes a new one. Its tensors must be disposed of before. */
export function replaceBackend() {
  const create = tf.findBackendFactory(BACKEND);
  // It polls for answers that a lost context never gives, many times a second and for ever.
  const backend = tf.engine().registry[BACKEND];
  if (backend) webglOf(backend).itemsToPoll = [];
  tf.removeBackend(BACKEND);
  tf.registerBackend(BACKEND, create, 2);
}

/**
 * @param {unknown} backend
 * @returns {{gl: Context, itemsToPoll: unknown[]}} TensorFlow.js's own keeper of the context
 */
function webglOf(backend) {
  return /** @type {any} */ (backend).gpgpu;
}
