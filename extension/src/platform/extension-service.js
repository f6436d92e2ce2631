// The inference service on workers that run from the extension's own package.

import { readCredentials } from "../credentials/credentials.js";
import { BackendTrial } from "../inference/backend-trial.js";
import { InferenceService } from "../inference/inference-service.js";
import { loadWorkerEngine } from "../inference/worker-engine.js";
import { WORKER_SCRIPT } from "../inference/worker-messages.js";

/**
 * @param {() => Promise<"auto" | "wasm">} preference of what computes; asked whenever the model is loaded
 * @param {(work: () => Promise<void>) => Promise<void>} [during] keeps this page alive while something runs that nobody has asked for
 * @returns {InferenceService}
 */
export function createExtensionService(preference, during = (work) => work()) {
  const trial = new BackendTrial(() => startWorker("compare"), () => localStorage, versions);
  const load = async (/** @type {AbortSignal} */ signal) => {
    if ((await preference()) === "wasm") return loadWorkerEngine(startWorker, "wasm", signal);
    return loadWorkerEngine(startWorker, await trial.faster(), signal, { whenQuiet: () => void during(() => trial.run()) });
  };
  return new InferenceService(load, { readCredentials });
}

/** @returns {Promise<string>} the extension's and the browser's; an offscreen document has no chrome.runtime.getManifest() */
async function versions() {
  const manifest = await fetch(chrome.runtime.getURL("manifest.json"));
  return `${(await manifest.json()).version} ${navigator.userAgent}`;
}

/** @param {import("../inference/worker-messages.js").WorkerTask} task is told in the address: a worker may not read the settings itself */
function startWorker(task) {
  return new Worker(chrome.runtime.getURL(`${WORKER_SCRIPT}?task=${task}`));
}
