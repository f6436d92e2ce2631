// Our depthwise convolution (kernels/depthwise.ts) in the place of TensorFlow.js's, where it can compute the same.

import { BOUNDS } from "./activation-bounds.js";
import { PackedFilters } from "./packed-filters.js";
import * as tf from "./tf.js";
import { addressOf, moduleOf } from "./wasm-memory.js";

/** @typedef {import("@tensorflow/tfjs-backend-wasm").BackendWasm} BackendWasm */
/** @typedef {import("@tensorflow/tfjs-core").TensorInfo} TensorInfo */
/** @typedef {import("@tensorflow/tfjs-core").FusedDepthwiseConv2DAttrs} Attributes those of DepthwiseConv2dNative are among them */

// Channels that the kernel computes at once; for each four a panel of biases and nine weights.
const CHANNELS = 4;
const TAPS = 9;

/** Our kernel over one backend's memory. */
export class DepthwiseConvolution {
  #backend;
  #convolve;
  #filters;

  /**
   * @param {BackendWasm} backend
   * @param {WebAssembly.Module} kernel
   */
  constructor(backend, kernel) {
    const { exports } = new WebAssembly.Instance(kernel, { env: { memory: moduleOf(backend).asm.memory } });
    this.#backend = backend;
    this.#convolve = /** @type {(...values: number[]) => void} */ (exports.convolveDepthwise);
    this.#filters = new PackedFilters(backend, pack);
  }

  /**
   * @param {import("./own-kernels.js").KernelCall} call
   * @returns {TensorInfo | null} null: this one is not for our kernel
   */
  run({ inputs, attrs }) {
    const { x, filter, bias } = /** @type {Record<string, TensorInfo>} */ (inputs);
    const { strides, pad, dataFormat = "NHWC", dilations, dimRoundingMode, activation = "linear" } = /** @type {Attributes} */ (
      /** @type {unknown} */ (attrs)
    );
    if (dataFormat !== "NHWC" || !(activation in BOUNDS) || activation === "prelu") return null;
    const shapes = /** @type {[number, number, number, number][]} */ ([x.shape, filter.shape]);
    const info = tf.backend_util.computeConv2DInfo(shapes[0], shapes[1], strides, dilations ?? 1, pad, dimRoundingMode, true);
    // TensorFlow.js's kernel says what is wrong with others.
    const isComplete = !bias || (bias.shape.length === 1 && bias.shape[0] === info.outChannels);
    if (!isSame(info) || filter.shape[2] !== info.inChannels || !isComplete) return null;

    const packedFilter = this.#filters.address(filter, bias);
    const output = this.#backend.makeOutput(info.outShape, "float32");
    this.#convolve(
      addressOf(this.#backend, x),
      packedFilter,
      addressOf(this.#backend, output),
      info.batchSize,
      info.inHeight,
      info.inWidth,
      info.inChannels,
      info.strideHeight,
      ...BOUNDS[activation],
    );
    return output;
  }
}

/**
 * @param {import("@tensorflow/tfjs-core").backend_util.Conv2DInfo} info
 * @returns {boolean} whether there is something to compute, from windows of 3 x 3 pixels, padded as the kernel pads them
 */
function isSame(info) {
  const { strideHeight: stride, strideWidth, filterHeight, filterWidth, dilationHeight, dilationWidth, padInfo } = info;
  const before = stride === 1 ? 1 : 0;
  const isWindow = filterHeight === 3 && filterWidth === 3 && dilationHeight === 1 && dilationWidth === 1;
  const isPadded = padInfo.top === before && padInfo.left === before && padInfo.bottom === 1 && padInfo.right === 1;
  const isWhole = info.outHeight * stride === info.inHeight && info.outWidth * stride === info.inWidth;
  const isOfFours = info.inChannels % CHANNELS === 0 && info.outChannels === info.inChannels;
  const isEmpty = Math.min(info.batchSize, info.outHeight, info.outWidth, info.inChannels) <= 0;
  return isWindow && isPadded && isWhole && isOfFours && !isEmpty && stride === strideWidth && stride <= 2;
}

/**
 * @param {{shape: number[], values: Float32Array}} filter [3, 3, channels, 1]
 * @param {Float32Array | undefined} biases of each channel
 * @returns {Float32Array} as the kernel reads it
 */
function pack({ shape, values }, biases) {
  const channels = shape[2];
  // Before the first panel lie the zeros that stand for what is outside an image.
  const packed = new Float32Array(CHANNELS + (1 + TAPS) * channels);
  for (let channel = 0; channel < channels; channel += 1) {
    const lane = channel % CHANNELS;
    const place = CHANNELS + (1 + TAPS) * (channel - lane) + lane;
    packed[place] = biases?.[channel] ?? 0;
    for (let tap = 0; tap < TAPS; tap += 1) packed[place + CHANNELS * (1 + tap)] = values[tap * channels + channel];
  }
  return packed;
}
