// The inference service on workers that run from the extension's own package.

import { readCredentials } from "../credentials/credentials.js";
import { BackendTrial } from "../inference/backend-trial.js";
import { findFasterBackend } from "../inference/faster-backend.js";
import { graphicsCard } from "../inference/graphics-card.js";
import { InferenceService } from "../inference/inference-service.js";
import { poolSize } from "../inference/pool-size.js";
import { sha256Hex } from "../inference/sha256.js";
import { loadWorkerEngine } from "../inference/worker-engine.js";
import { WORKER_SCRIPT } from "../inference/worker-messages.js";
import { MODEL_FOLDER } from "../shared/model-folder.js";

// A photo of a face, of a size that is common on pages.
const TRIAL_PICTURE = "welcome/try-it.webp";

/**
 * @param {() => Promise<"auto" | "wasm">} preference of what computes; asked whenever the model is loaded
 * @param {(work: () => Promise<void>) => Promise<void>} [during] keeps this page alive while something runs that nobody has asked for
 * @returns {InferenceService}
 */
export function createExtensionService(preference, during = (work) => work()) {
  const compare = () => findFasterBackend(startWorker, () => readOwn(TRIAL_PICTURE), poolSize(navigator));
  const trial = new BackendTrial(compare, () => localStorage, surroundings);
  const load = async (/** @type {AbortSignal} */ signal) => {
    if ((await preference()) === "wasm") return loadWorkerEngine(startWorker, "wasm", signal);
    return loadWorkerEngine(startWorker, await trial.faster(), signal, { whenQuiet: () => void during(() => trial.run()) });
  };
  return new InferenceService(load, { readCredentials });
}

/** @returns {Promise<string>} the extension, the model, the browser and the graphics card, which a laptop may change when it is docked */
async function surroundings() {
  // An offscreen document has no chrome.runtime.getManifest().
  const { version } = JSON.parse(new TextDecoder().decode(await readOwn("manifest.json")));
  const model = await sha256Hex(await readOwn(`${MODEL_FOLDER}manifest.json`));
  return [version, model, navigator.userAgent, graphicsCard()].join(" ");
}

/** @param {string} path in the extension's package */
async function readOwn(path) {
  const response = await fetch(chrome.runtime.getURL(path));
  return response.arrayBuffer();
}

/** @param {import("../inference/backend.js").BackendName} wanted is told in the address: a worker may not read the settings itself */
function startWorker(wanted) {
  return new Worker(chrome.runtime.getURL(`${WORKER_SCRIPT}?backend=${wanted}`));
}
