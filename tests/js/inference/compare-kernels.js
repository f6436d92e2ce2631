// For tests: what TensorFlow.js's own kernels compute, and then ours in their place, with a count of what ours leave to them.

import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";

import { OWN_KERNELS, useOwnKernels } from "../../../extension/src/inference/own-kernels.js";
import * as tf from "../../../extension/src/inference/tf.js";
import { useWasm } from "../../../extension/tools/model-files.mjs";

// Node 20 has relaxed SIMD behind a flag, later ones and browsers have it without.
setFlagsFromString("--experimental-wasm-relaxed-simd");

/** How often a kernel of TensorFlow.js was called since this was set to 0. */
export const theirs = { calls: 0 };

/**
 * @template T
 * @param {() => T} compute
 * @returns {Promise<T>} what it gives with TensorFlow.js's kernels; from then on ours are used
 */
export async function computeBeforeOurs(compute) {
  await useWasm({ ownKernels: false });
  const expected = compute();
  for (const kernelName of Object.keys(OWN_KERNELS)) {
    const kernel = tf.getKernel(kernelName, "wasm");
    tf.unregisterKernel(kernelName, "wasm");
    tf.registerKernel({
      ...kernel,
      kernelFunc: (call) => {
        theirs.calls += 1;
        return kernel.kernelFunc(call);
      },
    });
  }
  assert.equal(useOwnKernels(), true, "this Node has no relaxed SIMD");
  return expected;
}

/** Values between -1 and 1, the same for the same seed. */
export const tensorOf = (shape, seed) => tf.randomUniform(shape, -1, 1, "float32", seed);

/** A tensor's shape and values, to be compared. */
export const contentsOf = (tensor) => ({ shape: tensor.shape, values: Array.from(tensor.dataSync()) });

/** Fails unless both are of one shape and nearly the same values. */
export function assertNearly(actual, expected, tolerance = 1e-5) {
  assert.deepEqual(actual.shape, expected.shape);
  const worst = Math.max(...actual.values.map((value, at) => Math.abs(value - expected.values[at])));
  assert.ok(worst < tolerance, `differs by ${worst}`);
}
