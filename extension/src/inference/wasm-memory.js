// The memory of TensorFlow.js's WebAssembly backend, as our kernels use it: by addresses.

/** @typedef {import("@tensorflow/tfjs-backend-wasm").BackendWasm} BackendWasm */
/** @typedef {{HEAPU8: Uint8Array, asm: {memory: WebAssembly.Memory}, _malloc(bytes: number): number, _free(address: number): void}} EmscriptenModule what its types leave out of `BackendWasm.wasm` */

/**
 * @param {BackendWasm} backend
 * @returns {EmscriptenModule}
 */
export function moduleOf(backend) {
  return /** @type {EmscriptenModule} */ (/** @type {unknown} */ (backend.wasm));
}

/**
 * @param {BackendWasm} backend
 * @param {number} bytes
 * @returns {number} where so many bytes are now taken
 * @throws {Error} when the memory is full
 */
export function allocate(backend, bytes) {
  return placeOf(moduleOf(backend)._malloc(bytes));
}

/**
 * @param {BackendWasm} backend
 * @param {{dataId: object}} tensor
 * @returns {number} where its values lie
 * @throws {Error} when the memory was full as it was made: TensorFlow.js does not ask
 */
export function addressOf(backend, tensor) {
  return placeOf(backend.getMemoryOffset(tensor.dataId));
}

/** @param {number} address as WebAssembly gives it: signed, and 0 for none */
function placeOf(address) {
  if (address === 0) throw new Error("WebAssembly's memory is full: nothing of a network can be computed.");
  return address >>> 0;
}
