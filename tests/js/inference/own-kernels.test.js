// Where the browser cannot run our kernels, and where there is no memory for them.

import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import test, { before } from "node:test";

import { OWN_KERNELS, useOwnKernels } from "../../../extension/src/inference/own-kernels.js";
import * as tf from "../../../extension/src/inference/tf.js";
import { useWasm } from "../../../extension/tools/model-files.mjs";

setFlagsFromString("--experimental-wasm-relaxed-simd");

before(() => useWasm({ ownKernels: false }));

test("without relaxed SIMD TensorFlow.js's kernels stay", (context) => {
  const kernels = () => Object.keys(OWN_KERNELS).map((name) => tf.getKernel(name, "wasm").kernelFunc);
  const theirs = kernels();
  context.mock.method(WebAssembly, "validate", () => false);
  assert.equal(useOwnKernels(), false);
  assert.deepEqual(kernels(), theirs);
});

test("a full memory is an error, and leaves nothing behind", (context) => {
  assert.equal(useOwnKernels(), true, "this Node has no relaxed SIMD");
  const convolve = () => tf.tidy(() => tf.conv2d(tf.ones([1, 2, 2, 1]), tf.ones([1, 1, 1, 8]), 1, "valid").dataSync()[0]);
  const disposeData = tf.backend().disposeData;
  const full = context.mock.method(tf.backend().wasm, "_malloc", () => 0);
  assert.throws(convolve, /memory is full/);
  assert.equal(tf.backend().disposeData, disposeData);
  full.mock.restore();
  assert.equal(convolve(), 1);
  context.mock.method(tf.backend(), "getMemoryOffset", () => 0);
  assert.throws(convolve, /memory is full/);
});
