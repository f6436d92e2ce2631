// Firefox: the event page itself has a canvas and WebGL, so the model lives there.

import { createExtensionService } from "../extension-service.js";

/** @typedef {import("../../inference/inference-service.js").InferenceService} InferenceHost */

/**
 * @param {() => Promise<"auto" | "wasm">} [preference] of what computes
 * @returns {InferenceHost}
 */
export function createInferenceHost(preference = async () => "auto") {
  return createExtensionService(preference);
}
