// WebAssembly that resizes a band of an image (kernels/resample.ts), with a memory of its own.

import RESAMPLE_WASM from "./resample-wasm.js";

/**
 * What each output position is made of: input samples from `starts`, `counts` of them, with `weights` in units of 2^-22.
 *
 * @typedef {object} FilterWeights
 * @property {Uint32Array} starts
 * @property {Uint32Array} counts
 * @property {Int32Array} weights `taps` places a position
 * @property {number} taps
 */

const PAGE_BYTES = 65536;
const ALIGNMENT = 16;
// The kernel reads and writes 16 bytes at a time.
const SLACK = 16;

/** @type {{memory: WebAssembly.Memory, resizeWidth: (...values: number[]) => void, resizeHeight: (...values: number[]) => void} | undefined} */
let kernel;

/**
 * Resizes along the lines, then down the columns.
 *
 * @param {import("./raster-image.js").RasterImage} image
 * @param {FilterWeights} columns
 * @param {FilterWeights} rows
 * @returns {Uint8Array} uint8 [rows, columns, 3]: a view of memory that the next call overwrites
 */
export function resizeBand({ width, height, channels, data }, columns, rows) {
  const { memory, ...passes } = (kernel ??= loadKernel());
  const outWidth = columns.starts.length;
  const outHeight = rows.starts.length;
  const inputs = [data, columns.starts, columns.counts, columns.weights, rows.starts, rows.counts, rows.weights];
  const sizes = [...inputs.map((array) => array.byteLength), height * outWidth * 3, outHeight * outWidth * 3];
  const addresses = addressesOf(sizes);
  reserve(memory, /** @type {number} */ (addresses.at(-1)));
  inputs.forEach((array, index) => {
    new Uint8Array(memory.buffer).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), addresses[index]);
  });
  const [input, ...weights] = addresses;
  const [narrowed, output] = addresses.slice(inputs.length);
  passes.resizeWidth(input, narrowed, height, width, channels, outWidth, ...weights.slice(0, 3), columns.taps);
  passes.resizeHeight(narrowed, output, outHeight, outWidth * 3, ...weights.slice(3, 6), rows.taps);
  return new Uint8Array(memory.buffer, output, outHeight * outWidth * 3);
}

/**
 * @param {number[]} sizes in bytes
 * @returns {number[]} where each may lie, and the end of all
 */
function addressesOf(sizes) {
  const addresses = [0];
  for (const size of sizes) {
    const end = /** @type {number} */ (addresses.at(-1)) + size + SLACK;
    addresses.push(Math.ceil(end / ALIGNMENT) * ALIGNMENT);
  }
  return addresses;
}

/**
 * @param {WebAssembly.Memory} memory
 * @param {number} bytes
 */
function reserve(memory, bytes) {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
}

function loadKernel() {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const binary = Uint8Array.from(atob(RESAMPLE_WASM), (character) => character.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
  const { resizeWidth, resizeHeight } = /** @type {Record<string, (...values: number[]) => void>} */ (exports);
  return { memory, resizeWidth, resizeHeight };
}
