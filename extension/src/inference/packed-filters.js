// Convolution filters in the order in which our kernels read them, in the memory of TensorFlow.js's WebAssembly backend.

import { allocate, moduleOf } from "./wasm-memory.js";

/** @typedef {import("@tensorflow/tfjs-backend-wasm").BackendWasm} BackendWasm */
/** @typedef {import("@tensorflow/tfjs-core").TensorInfo} TensorInfo */
/** @typedef {{address: number, outChannels: number, bias?: object, slopes?: object}} PackedFilter what went into it, to know it again */

/**
 * Puts a filter, its biases and its activation's slopes below zero into a kernel's order.
 *
 * @typedef {(filter: {shape: number[], values: Float32Array}, biases?: Float32Array, slopes?: Float32Array) => Float32Array} Pack
 */

/** Packs a filter when it is used first and frees it with its tensor. */
export class PackedFilters {
  #backend;
  #module;
  #pack;
  /** By the filter's data. @type {Map<object, PackedFilter>} */
  #packed = new Map();

  /**
   * @param {BackendWasm} backend
   * @param {Pack} pack
   */
  constructor(backend, pack) {
    this.#backend = backend;
    this.#module = moduleOf(backend);
    this.#pack = pack;
    const disposeData = backend.disposeData.bind(backend);
    backend.disposeData = (dataId, force) => {
      const isFreed = disposeData(dataId, force);
      if (isFreed) this.#free(dataId);
      return isFreed;
    };
  }

  /**
   * @param {TensorInfo} filter [height, width, input channels, output channels], of a depthwise one [height, width, channels, 1]
   * @param {TensorInfo} [bias] [output channels]
   * @param {TensorInfo} [slopes] [output channels], of the activation below zero
   * @returns {number} its address in bytes
   * @throws {Error} when the memory is full
   */
  address(filter, bias, slopes) {
    const known = this.#packed.get(filter.dataId);
    const outChannels = filter.shape[3]; // reshaped, a filter has the same data, and with as many of these the same order
    if (known?.outChannels === outChannels && known.bias === bias?.dataId && known.slopes === slopes?.dataId) return known.address;
    this.#free(filter.dataId);
    // Copies: to ask for a tensor can move it here from another backend, and let the memory grow under a view.
    const valuesOf = (/** @type {TensorInfo} */ tensor) => /** @type {Float32Array} */ (this.#backend.typedArrayFromHeap(tensor).slice());
    const values = { shape: filter.shape, values: valuesOf(filter) };
    const packed = this.#pack(values, bias && valuesOf(bias), slopes && valuesOf(slopes));
    const address = allocate(this.#backend, packed.byteLength);
    this.#module.HEAPU8.set(new Uint8Array(packed.buffer), address);
    this.#packed.set(filter.dataId, { address, outChannels, bias: bias?.dataId, slopes: slopes?.dataId });
    return address;
  }

  /** @param {object} dataId */
  #free(dataId) {
    const known = this.#packed.get(dataId);
    if (known) this.#module._free(known.address);
    this.#packed.delete(dataId);
  }
}
