// Firefox: the event page itself has a canvas and WebGL, so the model lives there, and goes with it when it is idle.

import { createExtensionService } from "../extension-service.js";
import { KeepAlive } from "./keep-alive.js";

/** @typedef {import("../../inference/check-result.js").CheckRequest} CheckRequest */

/**
 * @param {() => Promise<"auto" | "wasm">} preference of what computes; asked whenever the model is loaded
 * @returns {InferenceHost}
 */
export function createInferenceHost(preference) {
  const keepAlive = new KeepAlive();
  return new InferenceHost(createExtensionService(preference, (work) => keepAlive.during(work)), keepAlive);
}

/** The way to the model, with the same calls as Chrome's. */
export class InferenceHost {
  #service;
  #keepAlive;

  /**
   * @param {import("../../inference/inference-service.js").InferenceService} service
   * @param {KeepAlive} keepAlive
   */
  constructor(service, keepAlive) {
    this.#service = service;
    this.#keepAlive = keepAlive;
  }

  /** Checks one image. Never rejects. @param {CheckRequest} request */
  check(request) {
    return this.#keepAlive.during(() => this.#service.check(request));
  }

  /** @throws {Error} with a sentence for the reader */
  describe() {
    return this.#keepAlive.during(() => this.#service.describe());
  }

  /** Forgets all verdicts. */
  async clearCache() {
    this.#service.clearCache();
  }

  /** Frees the model and its memory. */
  async close() {
    await this.#service.close();
  }
}
