// The WebGL context that TensorFlow.js computes on: its watch, and its replacement.

import { watchContext } from "./context-loss.js";
import * as tf from "./tf.js";

/** @typedef {import("./context-loss.js").Context} Context */
/** @typedef {import("./context-loss.js").ContextWatch} ContextWatch */

const BACKEND = "webgl";

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
