// Our depthwise convolution on WebAssembly against TensorFlow.js's own.

import assert from "node:assert/strict";
import test, { before } from "node:test";

import DEPTHWISE_WASM from "../../../extension/src/inference/depthwise-wasm.js";
import * as tf from "../../../extension/src/inference/tf.js";
import { assertNearly, computeBeforeOurs, contentsOf, tensorOf, theirs } from "./compare-kernels.js";

/** [images, height, width, channels], stride, padding, activation; a window of 3 x 3 unless it says otherwise */
const OURS = [
  { name: "as in MobileNetV2: stride 1, ReLU6", x: [1, 14, 14, 96], activation: "relu6" },
  { name: "as in MobileNetV2: stride 2, ReLU6", x: [1, 28, 28, 32], strides: 2, activation: "relu6" },
  { name: "several images, higher than wide", x: [3, 9, 5, 8], activation: "relu" },
  { name: "several images, wider than high, stride 2", x: [3, 4, 10, 12], strides: 2, activation: "linear" },
  { name: "four channels, explicit padding", x: [1, 6, 6, 4], pad: [[0, 0], [1, 1], [1, 1], [0, 0]], activation: "linear" },
  { name: "explicit padding below and to the right, stride 2", x: [1, 8, 8, 4], strides: 2, pad: [[0, 0], [0, 1], [0, 1], [0, 0]], activation: "relu6" },
  { name: "one pixel", x: [1, 1, 1, 8], activation: "linear" },
  { name: "one line", x: [2, 1, 7, 8], activation: "linear" },
  { name: "one column", x: [2, 7, 1, 8], activation: "relu" },
  { name: "the smallest of stride 2", x: [2, 2, 2, 8], strides: 2, activation: "relu6" },
];
const THEIRS = [
  { name: "no padding", x: [1, 8, 8, 8], pad: "valid", activation: "relu6" },
  { name: "an odd size with stride 2, padded on all sides", x: [1, 7, 7, 8], strides: 2, activation: "relu6" },
  { name: "six channels", x: [1, 6, 6, 6], activation: "relu6" },
  { name: "two outputs a channel", x: [1, 6, 6, 4], multiplier: 2, activation: "relu6" },
  { name: "windows of 5 x 5", x: [1, 8, 8, 8], window: 5, activation: "relu6" },
  { name: "dilation", x: [1, 8, 8, 8], dilations: 2, activation: "relu6" },
  { name: "stride 3", x: [1, 9, 9, 8], strides: 3, activation: "relu6" },
];

function convolve({ x, window = 3, multiplier = 1, strides = 1, pad = "same", dilations = 1, activation }, seed) {
  return tf.tidy(() => {
    const inputs = {
      x: tensorOf(x, seed),
      filter: tensorOf([window, window, x[3], multiplier], seed + 1),
      bias: tensorOf([x[3] * multiplier], seed + 2),
    };
    // Values of several sizes, so that activations have something to cut.
    const wide = { ...inputs, x: tf.mul(inputs.x, 4) };
    const fused = tf.fused.depthwiseConv2d({ ...wide, strides, pad, dilations, activation });
    const plain = tf.depthwiseConv2d(inputs.x, inputs.filter, strides, pad, "NHWC", dilations);
    return [fused, plain].map(contentsOf);
  });
}

const CASES = [...OURS, ...THEIRS];
/** By case: what TensorFlow.js's own kernels gave. */
let expected;

before(async () => {
  expected = await computeBeforeOurs(() => CASES.map((settings, index) => convolve(settings, 10 * index)));
});

CASES.forEach((settings, index) => {
  const isOurs = OURS.includes(settings);
  test(`${settings.name}: ${isOurs ? "ours" : "TensorFlow.js's affair"}`, () => {
    theirs.calls = 0;
    const results = convolve(settings, 10 * index);
    assert.equal(theirs.calls, isOurs ? 0 : 2, "calls of TensorFlow.js's kernels");
    results.forEach((result, place) => assertNearly(result, expected[index][place], 4e-5));
  });
});

test("another activation is TensorFlow.js's affair, and so is a bias of another length", () => {
  tf.tidy(() => {
    const inputs = { x: tf.ones([1, 4, 4, 4]), filter: tf.ones([3, 3, 4, 1]), strides: 1, pad: "same" };
    theirs.calls = 0;
    tf.fused.depthwiseConv2d({ ...inputs, activation: "elu" });
    assert.equal(theirs.calls, 1);
    assert.throws(() => tf.fused.depthwiseConv2d({ ...inputs, bias: tf.ones([5]) }), /bias|broadcast/i);
  });
});

test("a filter with another bias is packed anew", () => {
  tf.tidy(() => {
    const [x, filter] = [tf.ones([1, 1, 1, 4]), tf.ones([3, 3, 4, 1])];
    const run = (bias) => Array.from(tf.fused.depthwiseConv2d({ x, filter, strides: 1, pad: "same", bias: tf.tensor1d(bias) }).dataSync());
    assert.deepEqual(run([0, 1, 2, 3]), [1, 2, 3, 4]);
    assert.deepEqual(run([5, 5, 5, 5]), [6, 6, 6, 6]);
  });
});

test("nothing is written beside the output, and nothing read but the image and the filter", async () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { instance } = await WebAssembly.instantiate(Buffer.from(DEPTHWISE_WASM, "base64"), { env: { memory } });
  const [input, filter, output] = [4096, 16384, 32768];
  for (const [height, width, channels, stride] of [[5, 3, 8, 1], [1, 1, 4, 1], [4, 6, 4, 2], [2, 2, 12, 2]]) {
    // Whatever else lies in memory is not a number, and a sum that it is part of is none.
    new Float32Array(memory.buffer).fill(NaN);
    new Float32Array(memory.buffer, input, height * width * channels).fill(1);
    const panels = new Float32Array(memory.buffer, filter, 4 + 10 * channels).fill(1);
    panels.fill(0, 0, 4);
    const count = (height / stride) * (width / stride) * channels;
    instance.exports.convolveDepthwise(input, filter, output, 1, height, width, channels, stride, -Infinity, Infinity);
    const floats = new Float32Array(memory.buffer);
    assert.ok(floats.subarray(output / 4, output / 4 + count).every((value) => value >= 2 && value <= 10));
    assert.ok(Number.isNaN(floats[output / 4 - 1]) && Number.isNaN(floats[output / 4 + count]), `${[height, width, channels, stride]}`);
  }
});
