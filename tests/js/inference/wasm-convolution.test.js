// Our convolution on WebAssembly against TensorFlow.js's own.

import assert from "node:assert/strict";
import test, { before } from "node:test";
import { setFlagsFromString } from "node:v8";

import { useWasm } from "../../../extension/tools/model-files.mjs";
import * as tf from "../../../extension/src/inference/tf.js";
import { useOwnConvolution } from "../../../extension/src/inference/wasm-convolution.js";

// Node 20 has relaxed SIMD behind a flag, later ones and browsers have it without.
setFlagsFromString("--experimental-wasm-relaxed-simd");

const TOLERANCE = 1e-5;
/** [images, height, width, channels], [height, width, channels, outChannels], stride, padding, activation */
const CASES = [
  { name: "1 x 1, as in MobileNetV2", x: [1, 7, 7, 96], filter: [1, 1, 96, 24], activation: "linear" },
  { name: "1 x 1 over several images, ReLU6", x: [3, 5, 4, 16], filter: [1, 1, 16, 40], activation: "relu6" },
  { name: "fewer pixels than a tile, one channel", x: [1, 1, 2, 3], filter: [1, 1, 3, 1], activation: "relu" },
  { name: "more pixels than a block", x: [1, 90, 70, 48], filter: [1, 1, 48, 8], activation: "linear" },
  { name: "P-Net's first: ten channels, PReLU", x: [1, 17, 23, 3], filter: [3, 3, 3, 10], activation: "prelu" },
  { name: "R-Net's last: 2 x 2, batch", x: [4, 4, 4, 48], filter: [2, 2, 48, 64], activation: "prelu" },
  { name: "thirteen channels", x: [2, 6, 9, 5], filter: [3, 2, 5, 13], activation: "relu" },
  { name: "stride 2", x: [2, 11, 9, 6], filter: [3, 3, 6, 12], strides: 2, activation: "relu6" },
  { name: "1 x 1 with stride 2", x: [2, 8, 6, 6], filter: [1, 1, 6, 3], strides: 2, activation: "linear" },
  { name: "padding: not for our kernel", x: [1, 9, 9, 4], filter: [3, 3, 4, 8], pad: "same", activation: "relu" },
  { name: "dilation: not for our kernel", x: [1, 9, 9, 4], filter: [3, 3, 4, 8], dilations: 2, activation: "relu" },
  { name: "another activation: not for our kernel", x: [1, 4, 4, 4], filter: [1, 1, 4, 8], activation: "sigmoid" },
];

const tensorOf = (shape, seed) => tf.randomUniform(shape, -1, 1, "float32", seed);
const inputs = CASES.map(({ x, filter }, seed) => ({
  seed,
  shapes: { x, filter, bias: [filter[3]], preluActivationWeights: [1, 1, filter[3]] },
}));

function convolve(index) {
  const { strides = 1, pad = "valid", dilations = 1, activation } = CASES[index];
  return tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(inputs[index].shapes).map(([name, shape], place) => [name, tensorOf(shape, 10 * index + place + 1)]),
    );
    if (activation !== "prelu") delete tensors.preluActivationWeights;
    const result = tf.fused.conv2d({ ...tensors, strides, pad, dilations, activation });
    const plain = tf.conv2d(tensors.x, tensors.filter, strides, pad, "NHWC", dilations);
    return [result, plain].map((tensor) => ({ shape: tensor.shape, values: Array.from(tensor.dataSync()) }));
  });
}

/** By case: what TensorFlow.js's own kernels gave. */
let expected;
let calls = 0;

before(async () => {
  await useWasm({ ownConvolution: false });
  expected = CASES.map((_, index) => convolve(index));
  const { kernelFunc } = tf.getKernel("FusedConv2D", "wasm");
  tf.unregisterKernel("FusedConv2D", "wasm");
  tf.registerKernel({
    kernelName: "FusedConv2D",
    backendName: "wasm",
    kernelFunc: (call) => {
      calls += 1;
      return kernelFunc(call);
    },
  });
  assert.equal(useOwnConvolution(), true, "this Node has no relaxed SIMD");
});

CASES.forEach(({ name }, index) => {
  test(name, () => {
    calls = 0;
    const results = convolve(index);
    assert.equal(calls, name.includes("not for our kernel") ? 1 : 0, "calls of TensorFlow.js's kernel");
    results.forEach(({ shape, values }, place) => {
      assert.deepEqual(shape, expected[index][place].shape);
      const worst = Math.max(...values.map((value, at) => Math.abs(value - expected[index][place].values[at])));
      assert.ok(worst < TOLERANCE, `differs by ${worst}`);
    });
  });
});

test("a filter with another bias is packed anew", () => {
  tf.tidy(() => {
    const [x, filter] = [tf.ones([1, 1, 1, 2]), tf.ones([1, 1, 2, 3])];
    const run = (bias) => Array.from(tf.fused.conv2d({ x, filter, strides: 1, pad: "valid", bias: tf.tensor1d(bias) }).dataSync());
    assert.deepEqual(run([0, 10, 20]), [2, 12, 22]);
    assert.deepEqual(run([1, 1, 1]), [3, 3, 3]);
  });
});

test("a disposed filter's packed copy is freed", () => {
  const megabytes = () => tf.backend().wasm.HEAPU8.byteLength / 1e6;
  const useOne = () =>
    tf.tidy(() => {
      tf.conv2d(tf.ones([1, 1, 1, 1000]), tf.ones([1, 1, 1000, 1000]), 1, "valid").dataSync();
    });
  useOne();
  const held = megabytes();
  for (let round = 0; round < 40; round += 1) useOne();
  assert.ok(megabytes() < held + 5, `${held} MB became ${megabytes()} MB`);
});

test("nothing is written beside the output", () => {
  tf.tidy(() => {
    const x = tf.ones([1, 3, 3, 2]);
    const filter = tf.ones([1, 1, 2, 3]);
    const { wasm } = tf.backend();
    const output = tf.conv2d(x, filter, 1, "valid");
    const end = tf.backend().getMemoryOffset(output.dataId) + 4 * output.size;
    wasm.HEAPU8.fill(170, end, end + 4);
    output.dispose();
    const again = tf.conv2d(x, filter, 1, "valid");
    assert.equal(tf.backend().getMemoryOffset(again.dataId) + 4 * again.size, end, "the same place");
    assert.deepEqual(Array.from(wasm.HEAPU8.slice(end, end + 4)), [170, 170, 170, 170]);
  });
});
