// Our convolution (kernels/convolution.ts) in the place of TensorFlow.js's, where it can compute the same.

import { BOUNDS } from "./activation-bounds.js";
import { PackedFilters } from "./packed-filters.js";
import * as tf from "./tf.js";
import { addressOf, allocate, moduleOf } from "./wasm-memory.js";

/** @typedef {import("@tensorflow/tfjs-backend-wasm").BackendWasm} BackendWasm */
/** @typedef {import("@tensorflow/tfjs-core").TensorInfo} TensorInfo */
/** @typedef {import("@tensorflow/tfjs-core").FusedConv2DAttrs} Attributes those of Conv2D are among them */

// Output channels that the kernel computes at once; before their weights lie their biases and slopes.
const CHANNELS = 8;
const HEADER = 2;
const FLOAT_BYTES = 4;
// What the kernel needs for its list of windows.
const WINDOWS_BYTES = 32_768;

/** Our kernel over one backend's memory. */
export class Convolution {
  #backend;
  #convolve;
  #filters;
  #windows;

  /**
   * @param {BackendWasm} backend
   * @param {WebAssembly.Module} kernel
   */
  constructor(backend, kernel) {
    const { exports } = new WebAssembly.Instance(kernel, { env: { memory: moduleOf(backend).asm.memory } });
    this.#backend = backend;
    this.#convolve = /** @type {(...values: number[]) => void} */ (exports.convolve);
    this.#windows = allocate(backend, WINDOWS_BYTES);
    this.#filters = new PackedFilters(backend, pack);
  }

  /**
   * @param {import("./own-kernels.js").KernelCall} call
   * @returns {TensorInfo | null} null: this one is not for our kernel
   */
  run({ inputs, attrs }) {
    const { x, filter, bias, preluActivationWeights } = /** @type {Record<string, TensorInfo>} */ (inputs);
    const { strides, pad, dataFormat, dilations, dimRoundingMode, activation = "linear" } = /** @type {Attributes} */ (
      /** @type {unknown} */ (attrs)
    );
    if (dataFormat !== "NHWC" || !(activation in BOUNDS)) return null;
    const shapes = /** @type {[number, number, number, number][]} */ ([x.shape, filter.shape]);
    const info = tf.backend_util.computeConv2DInfo(shapes[0], shapes[1], strides, dilations, pad, dimRoundingMode);
    const slopes = activation === "prelu" ? preluActivationWeights : undefined;
    // TensorFlow.js's kernel says what is wrong with others.
    const isBiased = !bias || (bias.shape.length === 1 && bias.shape[0] === info.outChannels);
    const isSloped = activation !== "prelu" || (slopes && tf.util.sizeFromShape(slopes.shape) === info.outChannels);
    if (!isPlain(info) || filter.shape[2] !== info.inChannels || !isBiased || !isSloped) return null;

    const packedFilter = this.#filters.address(filter, bias, slopes);
    const output = this.#backend.makeOutput(info.outShape, "float32");
    const pixel = FLOAT_BYTES * info.inChannels;
    const line = pixel * info.inWidth;
    this.#convolve(
      addressOf(this.#backend, x),
      packedFilter,
      addressOf(this.#backend, output),
      this.#windows,
      info.batchSize,
      info.outHeight,
      info.outWidth,
      info.outChannels,
      info.filterHeight,
      pixel * info.filterWidth,
      line,
      line * info.inHeight,
      pixel * info.strideWidth,
      line * info.strideHeight,
      Number(Boolean(slopes)),
      ...BOUNDS[activation],
    );
    return output;
  }
}

/**
 * @param {import("@tensorflow/tfjs-core").backend_util.Conv2DInfo} info
 * @returns {boolean} whether there is something to compute, from windows without gaps that all lie inside the input
 */
function isPlain(info) {
  const { padInfo, dilationHeight, dilationWidth, outHeight, outWidth } = info;
  const isPadded = [padInfo.top, padInfo.bottom, padInfo.left, padInfo.right].some((pixels) => pixels !== 0);
  // TensorFlow.js rounds the output's size in ways that can leave its last windows outside.
  const isInside =
    (outHeight - 1) * info.strideHeight + info.filterHeight <= info.inHeight &&
    (outWidth - 1) * info.strideWidth + info.filterWidth <= info.inWidth;
  const sizes = [info.batchSize, outHeight, outWidth, info.outChannels, info.inChannels, info.filterHeight, info.filterWidth];
  return !isPadded && dilationHeight === 1 && dilationWidth === 1 && isInside && Math.min(...sizes) > 0;
}

/**
 * @param {{shape: number[], values: Float32Array}} filter [height, width, input channels, output channels]
 * @param {Float32Array | undefined} biases of each output channel
 * @param {Float32Array | undefined} slopes of each output channel
 * @returns {Float32Array} as the kernel reads it
 */
function pack({ shape, values }, biases, slopes) {
  const outChannels = shape[3];
  const rows = shape[0] * shape[1] * shape[2];
  const panel = CHANNELS * (HEADER + rows);
  const packed = new Float32Array(panel * Math.ceil(outChannels / CHANNELS));
  for (let channel = 0; channel < outChannels; channel += 1) {
    const place = panel * Math.floor(channel / CHANNELS) + (channel % CHANNELS);
    packed[place] = biases?.[channel] ?? 0;
    packed[place + CHANNELS] = slopes?.[channel] ?? 0;
    for (let row = 0; row < rows; row += 1) {
      packed[place + CHANNELS * (HEADER + row)] = values[row * outChannels + channel];
    }
  }
  return packed;
}
