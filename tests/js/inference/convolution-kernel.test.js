// Our convolution on WebAssembly against TensorFlow.js's own.

import assert from "node:assert/strict";
import test, { before } from "node:test";

import CONVOLUTION_WASM from "../../../extension/src/inference/convolution-wasm.js";
import * as tf from "../../../extension/src/inference/tf.js";
import { assertNearly, computeBeforeOurs, contentsOf, tensorOf, theirs } from "./compare-kernels.js";

/** [images, height, width, channels], [height, width, channels, outChannels], stride, padding, activation */
const OURS = [
  { name: "1 x 1, as in MobileNetV2", x: [1, 7, 7, 96], filter: [1, 1, 96, 24], activation: "linear" },
  { name: "1 x 1, padded as TensorFlow says, by nothing", x: [1, 5, 5, 8], filter: [1, 1, 8, 16], pad: "same", activation: "relu6" },
  { name: "1 x 1 over several images, ReLU6", x: [3, 5, 4, 16], filter: [1, 1, 16, 40], activation: "relu6" },
  { name: "fewer pixels than a tile, one channel", x: [1, 1, 2, 3], filter: [1, 1, 3, 1], activation: "relu" },
  { name: "more pixels than a block", x: [1, 90, 70, 48], filter: [1, 1, 48, 8], activation: "linear" },
  { name: "P-Net's first: ten channels, PReLU", x: [1, 17, 23, 3], filter: [3, 3, 3, 10], activation: "prelu" },
  { name: "R-Net's last: 2 x 2, batch", x: [4, 4, 4, 48], filter: [2, 2, 48, 64], activation: "prelu" },
  { name: "thirteen channels", x: [2, 6, 9, 5], filter: [3, 2, 5, 13], activation: "relu" },
  { name: "tiles that run on from line to line and image to image", x: [5, 5, 5, 7], filter: [3, 3, 7, 20], activation: "relu" },
  { name: "more windows than a block, four channels left", x: [2, 40, 33, 24], filter: [3, 3, 24, 12], activation: "prelu" },
  { name: "the longest list of windows: one channel in and out", x: [1, 97, 101, 1], filter: [1, 1, 1, 1], activation: "linear" },
  { name: "one window larger than a block", x: [2, 2, 3, 2000], filter: [1, 1, 2000, 3], activation: "relu" },
  { name: "stride 2", x: [2, 11, 9, 6], filter: [3, 3, 6, 12], strides: 2, activation: "relu6" },
  { name: "1 x 1 with stride 2", x: [2, 8, 6, 6], filter: [1, 1, 6, 3], strides: 2, activation: "linear" },
];
/** `calls`: how many of the two operations are TensorFlow.js's affair; both, unless it says otherwise. */
const THEIRS = [
  { name: "padding", x: [1, 9, 9, 4], filter: [3, 3, 4, 8], pad: "same", activation: "relu" },
  { name: "dilation", x: [1, 9, 9, 4], filter: [3, 3, 4, 8], dilations: 2, activation: "relu" },
  { name: "explicit padding", x: [1, 9, 9, 4], filter: [3, 3, 4, 8], pad: [[0, 0], [1, 0], [0, 1], [0, 0]], activation: "relu" },
  { name: "another activation, where there is one", x: [1, 4, 4, 4], filter: [1, 1, 4, 8], activation: "sigmoid", calls: 1 },
];
const CASES = [...OURS, ...THEIRS];

function convolve({ x, filter, strides = 1, pad = "valid", dilations = 1, activation }, index) {
  const shapes = { x, filter, bias: [filter[3]], preluActivationWeights: [1, 1, filter[3]] };
  return tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(shapes).map(([name, shape], place) => [name, tensorOf(shape, 10 * index + place + 1)]),
    );
    if (activation !== "prelu") delete tensors.preluActivationWeights;
    const result = tf.fused.conv2d({ ...tensors, strides, pad, dilations, activation });
    const plain = tf.conv2d(tensors.x, tensors.filter, strides, pad, "NHWC", dilations);
    return [result, plain].map(contentsOf);
  });
}

/** By case: what TensorFlow.js's own kernels gave. */
let expected;

before(async () => {
  expected = await computeBeforeOurs(() => CASES.map(convolve));
});

CASES.forEach((settings, index) => {
  const expectedCalls = OURS.includes(settings) ? 0 : (settings.calls ?? 2);
  test(`${settings.name}: ${expectedCalls === 0 ? "ours" : "TensorFlow.js's affair"}`, () => {
    theirs.calls = 0;
    const results = convolve(settings, index);
    assert.equal(theirs.calls, expectedCalls, "calls of TensorFlow.js's kernels");
    results.forEach((result, place) => assertNearly(result, expected[index][place]));
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

test("a filter in another shape is packed anew", () => {
  tf.tidy(() => {
    const filter = tf.range(0, 24);
    const run = (channels, out) =>
      Array.from(tf.conv2d(tf.ones([1, 1, 1, channels]), tf.reshape(filter, [1, 1, channels, out]), 1, "valid").dataSync());
    assert.deepEqual(run(6, 4), [60, 66, 72, 78]);
    assert.deepEqual(run(4, 6), [36, 40, 44, 48, 52, 56]);
  });
});

test("windows beyond the input and a bias of another length are TensorFlow.js's affair", () => {
  tf.tidy(() => {
    theirs.calls = 0;
    tf.conv2d(tf.ones([1, 1, 1, 1]), tf.ones([3, 3, 1, 4]), 1, "valid");
    tf.conv2d(tf.ones([1, 1, 4, 2]), tf.ones([1, 3, 2, 4]), 1, 0);
    assert.equal(theirs.calls, 2);
    const bias = tf.tensor1d([5]);
    const run = () => tf.fused.conv2d({ x: tf.ones([1, 1, 1, 2]), filter: tf.ones([1, 1, 2, 3]), strides: 1, pad: "valid", bias });
    assert.throws(run, /bias/);
  });
});

test("a bias that is no vector, padding of less than nothing and a window of nothing are TensorFlow.js's affair too", () => {
  const { kernelFunc } = tf.getKernel("FusedConv2D", "wasm");
  const attrs = { strides: [1, 1], pad: "valid", dataFormat: "NHWC", dilations: [1, 1], activation: "linear" };
  tf.tidy(() => {
    const inputs = { x: tf.ones([1, 3, 3, 1]), filter: tf.ones([1, 1, 1, 4]) };
    const run = (others, changed) => kernelFunc({ inputs: { ...inputs, ...others }, attrs: { ...attrs, ...changed }, backend: tf.backend() });
    theirs.calls = 0;
    assert.throws(() => run({ bias: tf.ones([1, 1, 1, 4]) }), /rank-1 bias/);
    run({}, { pad: [[0, 0], [-1, 0], [-1, 0], [0, 0]] });
    run({ filter: tf.ones([0, 1, 1, 4]) });
    assert.equal(theirs.calls, 3);
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

test("nothing is written beside the output", async () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { instance } = await WebAssembly.instantiate(Buffer.from(CONVOLUTION_WASM, "base64"), { env: { memory } });
  const [input, filter, output, windows, pixels, channels] = [0, 4096, 8192, 16384, 7, 2];
  for (const outChannels of [1, 2, 3, 4, 5, 6, 7, 8, 9, 13]) {
    const end = output + 4 * pixels * outChannels;
    new Uint8Array(memory.buffer).fill(170, output - 64, end + 64);
    const line = 4 * channels;
    instance.exports.convolve(input, filter, output, windows, 1, 1, pixels, outChannels, 1, line, pixels * line, pixels * line, line, 0, 1, -6, 6);
    const bytes = new Uint8Array(memory.buffer);
    const beside = [...bytes.slice(output - 64, output), ...bytes.slice(end, end + 64)];
    assert.ok(beside.every((value) => value === 170), `${outChannels} channels`);
    assert.ok(bytes.slice(output, end).every((value) => value === 0), "zeros from zeros");
  }
});

test("the list of windows takes no more than its 32,768 bytes", async () => {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const { instance } = await WebAssembly.instantiate(Buffer.from(CONVOLUTION_WASM, "base64"), { env: { memory } });
  const [input, output, filter, windows, pixels] = [0, 81_920, 163_840, 164_864, 20_000];
  const bytes = new Uint8Array(memory.buffer).fill(170, windows + 32_768);
  instance.exports.convolve(input, filter, output, windows, 1, 1, pixels, 1, 1, 4, 4 * pixels, 4 * pixels, 4, 0, 0, 0, Infinity);
  assert.ok(bytes.subarray(windows + 32_768).every((value) => value === 170));
});
