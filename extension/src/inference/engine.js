// Loads the model with everything that runs it.

import { loadOnBestBackend } from "./backend.js";
import { decodeImage } from "./decode-image.js";
import { readModelManifest, verifiedReader } from "./model-files.js";
import { Pipeline } from "./pipeline.js";

/**
 * @typedef {object} Engine
 * @property {import("./model-manifest.js").ModelManifest} manifest
 * @property {string} manifestSha256 changes with anything in the model: the manifest holds the hash of every file
 * @property {import("./backend.js").BackendName} backend
 * @property {Pick<Pipeline, "analyze" | "dispose">} pipeline
 * @property {import("./context-loss.js").ContextWatch} context what the pipeline computes on
 * @property {number} [lanes] images that it takes at the same time; one where it does not say
 */

/**
 * Loads model and pipeline on the best backend.
 *
 * @param {import("./graph-model.js").ReadFile} readFile paths are relative to the model's manifest
 * @param {string} wasmFolder URL or path, with its last slash
 * @param {typeof decodeImage} [decode]
 * @param {"auto" | "wasm"} [preference] of what computes
 * @returns {Promise<Engine>}
 */
export async function loadEngine(readFile, wasmFolder, decode = decodeImage, preference = /** @type {"auto" | "wasm"} */ ("auto")) {
  const { manifest, manifestSha256 } = await readModelManifest(readFile);
  const { backend, loaded, context } = await loadOnBestBackend(
    wasmFolder,
    () => Pipeline.load(verifiedReader(readFile, manifest), manifest, decode),
    (pipeline, signal) => pipeline.selfTest(signal),
    preference,
  );
  return { manifest, manifestSha256, backend, pipeline: loaded, context };
}
