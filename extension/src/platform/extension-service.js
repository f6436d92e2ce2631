// The inference service on the files that lie in the extension's own package.

import { loadEngine } from "../inference/engine.js";
import { InferenceService } from "../inference/inference-service.js";
import { MODEL_FOLDER } from "../shared/model-folder.js";
import { withTimeout } from "../shared/with-timeout.js";

const WASM_FOLDER = "wasm/";
const READ_LIMIT_MS = 30_000;

/**
 * @param {() => Promise<"auto" | "wasm">} preference of what computes; asked whenever the model is loaded
 * @returns {InferenceService}
 */
export function createExtensionService(preference) {
  return new InferenceService(async () =>
    loadEngine(readModelFile, chrome.runtime.getURL(WASM_FOLDER), undefined, await preference()),
  );
}

/**
 * @param {string} path relative to the model's manifest
 * @returns {Promise<ArrayBuffer>}
 */
async function readModelFile(path) {
  const read = fetch(new URL(path, chrome.runtime.getURL(MODEL_FOLDER))).then((response) => response.arrayBuffer());
  return withTimeout(read, READ_LIMIT_MS, `The model's file ${path} could not be read from the extension.`);
}
