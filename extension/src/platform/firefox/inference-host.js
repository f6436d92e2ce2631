// Firefox: the event page itself has a canvas and WebGL, so the model lives there.

import { createExtensionService } from "../extension-service.js";

/** @typedef {import("../../inference/inference-service.js").InferenceService} InferenceHost */

/** @returns {InferenceHost} */
export function createInferenceHost() {
  return createExtensionService();
}
