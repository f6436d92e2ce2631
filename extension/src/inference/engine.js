// Loads the model with everything that runs it.

import { loadOnBackend } from "./backend.js";
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
 * Loads model and pipeline.
 *
 * @param {import("./graph-model.js").ReadFile} readFile paths are relative to the model's manifest
 * @param {string} wasmFolder URL or path, with its last slash
 * @param {import("./backend.js").BackendName} wanted
 * @param {typeof decodeImage} [decode]
 * @returns {Promise<Engine>}
 */
export async function loadEngine(readFile, wasmFolder, wanted, decode = decodeImage) {
  const { manifest, manifestSha256 } = await readModelManifest(readFile);
  const load = () => Pipeline.load(verifiedReader(readFile, manifest), manifest, decode);
  /** @type {import("./backend.js").SelfTest<Pipeline>} */
  const selfTest = (pipeline, signal) => pipeline.selfTest(signal);
  const { backend, loaded, context } = await loadOnBackend(wasmFolder, load, selfTest, wanted);
  return { manifest, manifestSha256, backend, pipeline: loaded, context };
}
