// Model files and the WebAssembly backend for Node: what the tools and the tests share.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

import { useOwnKernels } from "../src/inference/own-kernels.js";
import * as tf from "../src/inference/tf.js";

/**
 * @param {string} folder of a model, that holds its manifest.json or model.json
 * @returns {import("../src/inference/graph-model.js").ReadFile}
 */
export function fileReader(folder) {
  return async (name) => {
    const bytes = await readFile(path.join(folder, name));
    return new Uint8Array(bytes).buffer;
  };
}

/** Folder of TensorFlow.js's .wasm files, with its last slash. */
export const WASM_FOLDER = `${path.dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`;

/**
 * Makes TensorFlow.js compute with WebAssembly, as the extension does.
 *
 * @param {{ownKernels?: boolean}} [options] false: with TensorFlow.js's own kernels, to compare with
 */
export async function useWasm({ ownKernels = true } = {}) {
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  setWasmPaths(WASM_FOLDER);
  if (ownKernels) useOwnKernels();
  if (!(await tf.setBackend("wasm"))) throw new Error("The WebAssembly backend did not start in this Node.");
}
