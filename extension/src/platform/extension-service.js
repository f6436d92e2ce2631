// The inference service on workers that run from the extension's own package.

import { readCredentials } from "../credentials/credentials.js";
import { InferenceService } from "../inference/inference-service.js";
import { loadWorkerEngine } from "../inference/worker-engine.js";
import { WORKER_SCRIPT } from "../inference/worker-messages.js";

/**
 * @param {() => Promise<"auto" | "wasm">} preference of what computes; asked whenever the model is loaded
 * @returns {InferenceService}
 */
export function createExtensionService(preference) {
  return new InferenceService(async (signal) => loadWorkerEngine(startWorker, await preference(), signal), { readCredentials });
}

/** @param {"auto" | "wasm"} preference is told in the address: a worker may not read the settings itself */
function startWorker(preference) {
  return new Worker(chrome.runtime.getURL(`${WORKER_SCRIPT}?backend=${preference}`));
}
