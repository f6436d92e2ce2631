// WebAssembly that resizes (kernels/resample.ts), with a memory of its own.

import { bytesOfBase64 } from "../shared/base64.js";
import { CheckError } from "./check-error.js";
import RESAMPLE_WASM from "./resample-wasm.js";

/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

/**
 * What each output position is made of: input samples from `starts`, `counts` of them, with `weights`.
 *
 * @template {Int32Array | Float32Array} Weights
 * @typedef {object} FilterWeights
 * @property {Uint32Array} starts
 * @property {Uint32Array} counts
 * @property {Weights} weights `taps` places a position
 * @property {number} taps
 */

/** @typedef {Record<"resizeWidth" | "resizeHeight" | "averageAreas", (...values: number[]) => void>} Passes */

const PAGE_BYTES = 65536;
const ALIGNMENT = 16;
// The kernel reads and writes up to so many bytes too far.
const SLACK = 64;
// WebAssembly keeps for good what it was given once; more than this is given back.
const MOST_KEPT = 16 << 20;

/** @type {{memory: WebAssembly.Memory, passes: Passes} | undefined} */
let kernel;

/**
 * Resizes along the lines, then down the columns, as Pillow does.
 *
 * @param {RasterImage} image
 * @param {FilterWeights<Int32Array>} columns weights in units of 2^-22
 * @param {FilterWeights<Int32Array>} rows
 * @returns {Uint8Array} uint8 [rows, columns, 3]: a view that the next call overwrites
 */
export function resizeBand({ width, height, channels, data }, columns, rows) {
  const [outWidth, outHeight] = [columns.starts.length, rows.starts.length];
  const inputs = [data, columns.starts, columns.counts, columns.weights, rows.starts, rows.counts, rows.weights];
  const sizes = [height * outWidth * 3, outHeight * outWidth * 3];
  return withKernel(inputs, sizes, ({ passes, memory }, [input, c0, c1, c2, r0, r1, r2, narrowed, output]) => {
    passes.resizeWidth(input, narrowed, height, width, channels, outWidth, c0, c1, c2, columns.taps);
    passes.resizeHeight(narrowed, output, outHeight, outWidth * 3, r0, r1, r2, rows.taps);
    return new Uint8Array(memory.buffer, output, sizes[1]);
  });
}

/**
 * Averages areas, and brings the values to the range of the face detector's networks.
 *
 * @param {RasterImage} image
 * @param {{columns: FilterWeights<Float32Array>, rows: FilterWeights<Float32Array>}[]} levels the sizes wanted
 * @returns {Float32Array[]} for each level float32 [rows, columns, 3]: (average - 127.5) / 128
 */
export function averageAreas({ width, channels, data }, levels) {
  const filters = levels.flatMap(({ columns, rows }) => [rows.starts, rows.counts, rows.weights, columns.starts, columns.counts, columns.weights]);
  const counts = levels.map(({ columns, rows }) => rows.starts.length * columns.starts.length * 3);
  const sizes = [4 * width * channels, 4 * Math.max(0, ...counts)];
  return withKernel([data, ...filters], sizes, ({ passes, memory }, [input, ...addresses]) => {
    const [line, output] = addresses.slice(filters.length);
    return levels.map(({ columns, rows }, level) => {
      const [r0, r1, r2, c0, c1, c2] = addresses.slice(6 * level);
      const [outWidth, outHeight] = [columns.starts.length, rows.starts.length];
      passes.averageAreas(input, output, line, width, channels, outHeight, outWidth, r0, r1, r2, rows.taps, c0, c1, c2, columns.taps);
      return new Float32Array(memory.buffer, output, counts[level]).slice();
    });
  });
}

/**
 * @template T
 * @param {(Uint8Array | Uint32Array | Int32Array | Float32Array)[]} inputs are copied into the kernel's memory
 * @param {number[]} sizes in bytes, of what the kernel writes
 * @param {(loaded: NonNullable<typeof kernel>, addresses: number[]) => T} work gets the addresses of the inputs, then those to write to
 * @returns {T}
 */
function withKernel(inputs, sizes, work) {
  kernel ??= loadKernel();
  const loaded = kernel;
  const { memory } = loaded;
  let end = 0;
  const addresses = [...inputs.map(({ byteLength }) => byteLength), ...sizes].map((size) => {
    const start = end;
    end = Math.ceil((start + size + SLACK) / ALIGNMENT) * ALIGNMENT;
    return start;
  });
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  inputs.forEach((array, index) => {
    new Uint8Array(memory.buffer).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), addresses[index]);
  });
  if (memory.buffer.byteLength > MOST_KEPT) kernel = undefined;
  return work(loaded, addresses);
}

/** @throws {CheckError} where the browser has no WebAssembly, or none with SIMD */
function loadKernel() {
  const binary = bytesOfBase64(RESAMPLE_WASM);
  const isSupported = typeof WebAssembly === "object" && WebAssembly.validate(binary);
  if (!isSupported) throw new CheckError("engine", "This browser runs no WebAssembly with SIMD, which every check needs.");
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
  return { memory, passes: /** @type {Passes} */ (exports) };
}
