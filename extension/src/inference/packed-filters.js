// Convolution filters in the order in which our kernel reads them, in the memory of TensorFlow.js's WebAssembly backend.

/** @typedef {import("@tensorflow/tfjs-backend-wasm").BackendWasm} BackendWasm */
/** @typedef {{HEAPU8: Uint8Array, asm: {memory: WebAssembly.Memory}, _malloc(bytes: number): number, _free(address: number): void}} EmscriptenModule what its types leave out of `BackendWasm.wasm` */
/** @typedef {import("@tensorflow/tfjs-core").TensorInfo} TensorInfo */
/** @typedef {{address: number, outChannels: number, bias?: object, slope: number | object}} PackedFilter what went into it, to know it again */

// Output channels that the kernel computes at once; before their weights lie their biases and slopes.
const CHANNELS = 8;
const HEADER = 2;

/** Packs a filter when it is used first and frees it with its tensor. */
export class PackedFilters {
  #backend;
  #module;
  /** By the filter's data. @type {Map<object, PackedFilter>} */
  #packed = new Map();

  /** @param {BackendWasm} backend */
  constructor(backend) {
    this.#backend = backend;
    this.#module = moduleOf(backend);
    const disposeData = backend.disposeData.bind(backend);
    backend.disposeData = (dataId, force) => {
      const isFreed = disposeData(dataId, force);
      if (isFreed) this.#free(dataId);
      return isFreed;
    };
  }

  /**
   * @param {TensorInfo} filter [height, width, input channels, output channels]
   * @param {TensorInfo | undefined} bias [output channels]
   * @param {number | TensorInfo} slope of the activation below zero: of all channels, or of each
   * @returns {number} its address in bytes
   * @throws {Error} when the memory is full
   */
  address(filter, bias, slope) {
    const slopeKey = typeof slope === "number" ? slope : slope.dataId;
    const known = this.#packed.get(filter.dataId);
    const outChannels = filter.shape[3]; // reshaped, a filter has the same data
    if (known?.outChannels === outChannels && known.bias === bias?.dataId && known.slope === slopeKey) return known.address;
    this.#free(filter.dataId);
    const address = this.#pack(filter, bias, slope);
    this.#packed.set(filter.dataId, { address, outChannels, bias: bias?.dataId, slope: slopeKey });
    return address;
  }

  /**
   * @param {TensorInfo} filter
   * @param {TensorInfo | undefined} bias
   * @param {number | TensorInfo} slope
   * @returns {number}
   */
  #pack(filter, bias, slope) {
    const outChannels = filter.shape[3];
    const rows = filter.shape[0] * filter.shape[1] * filter.shape[2];
    const panel = CHANNELS * (HEADER + rows);
    const packed = new Float32Array(panel * Math.ceil(outChannels / CHANNELS));
    // Copies: to ask for a tensor can move it here from another backend, and let the memory grow under a view.
    const valuesOf = (/** @type {TensorInfo} */ tensor) => this.#backend.typedArrayFromHeap(tensor).slice();
    const weights = valuesOf(filter);
    const biases = bias && valuesOf(bias);
    const slopes = typeof slope === "number" ? undefined : valuesOf(slope);
    for (let channel = 0; channel < outChannels; channel += 1) {
      const place = panel * Math.floor(channel / CHANNELS) + (channel % CHANNELS);
      packed[place] = biases?.[channel] ?? 0;
      packed[place + CHANNELS] = slopes?.[channel] ?? Number(slope);
      for (let row = 0; row < rows; row += 1) {
        packed[place + CHANNELS * (HEADER + row)] = weights[row * outChannels + channel];
      }
    }
    const address = this.#module._malloc(packed.byteLength) >>> 0;
    if (address === 0) throw new Error("WebAssembly's memory is full: a filter of a network found no place.");
    this.#module.HEAPU8.set(new Uint8Array(packed.buffer), address);
    return address;
  }

  /** @param {object} dataId */
  #free(dataId) {
    const known = this.#packed.get(dataId);
    if (known) this.#module._free(known.address);
    this.#packed.delete(dataId);
  }
}

/**
 * @param {BackendWasm} backend
 * @returns {EmscriptenModule}
 */
export function moduleOf(backend) {
  return /** @type {EmscriptenModule} */ (/** @type {unknown} */ (backend.wasm));
}
