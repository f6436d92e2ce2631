// Chrome: the model lives in an offscreen document, because a service worker has no canvas, no WebGL and a short life.

import { withTimeout } from "../../shared/with-timeout.js";
import { OFFSCREEN_TARGET } from "./offscreen-messages.js";

/** @typedef {import("../../inference/check-result.js").CheckRequest} CheckRequest */
/** @typedef {import("../../inference/check-result.js").CheckResult} CheckResult */
/** @typedef {import("../../inference/check-result.js").ModelDescription} ModelDescription */
/** @typedef {import("./offscreen-messages.js").OffscreenCall} OffscreenCall */
/** @typedef {import("./offscreen-messages.js").OffscreenReply} OffscreenReply */

const DOCUMENT = "offscreen/offscreen.html";
const CREATE_LIMIT_MS = 15_000;
// Waiting for earlier images included; a check's own limits are far tighter.
const REPLY_LIMIT_MS = 240_000;

/**
 * @param {() => Promise<"auto" | "wasm">} [preference] of what computes; asked whenever the document is created
 * @returns {InferenceHost}
 */
export function createInferenceHost(preference = async () => "auto") {
  return new InferenceHost(preference);
}

/** The way to the model; every call may be the first and creates the document if there is none. */
export class InferenceHost {
  #opening = /** @type {Promise<void> | null} */ (null);
  #preference;

  /** @param {() => Promise<"auto" | "wasm">} preference */
  constructor(preference) {
    this.#preference = preference;
  }

  /**
   * Checks one image. Never rejects.
   *
   * @param {CheckRequest} request
   * @returns {Promise<CheckResult>}
   */
  async check(request) {
    try {
      return /** @type {CheckResult} */ (await this.#call({ type: "check", request }));
    } catch (error) {
      return { status: "failed", code: "engine", reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /**
   * @returns {Promise<ModelDescription>}
   * @throws {Error} with a sentence for the reader
   */
  async describe() {
    return /** @type {ModelDescription} */ (await this.#call({ type: "describe" }));
  }

  /** Forgets all verdicts. @returns {Promise<void>} */
  async clearCache() {
    if (await hasDocument()) await this.#call({ type: "clear_cache" });
  }

  /** Frees the model and its memory. @returns {Promise<void>} */
  async close() {
    if (await hasDocument()) await chrome.offscreen.closeDocument();
  }

  /**
   * @param {OffscreenCall} call
   * @returns {Promise<unknown>}
   */
  async #call(call) {
    const reply = (await this.#send(call)) ?? (await this.#send(call));
    if (!reply) throw new Error("The browser closed the page that holds the detection model. Try again.");
    if ("error" in reply) throw new Error(reply.error);
    return reply.value;
  }

  /**
   * @param {OffscreenCall} call
   * @returns {Promise<OffscreenReply | undefined>} undefined when the document was not there, or went away
   */
  async #send(call) {
    await this.#open();
    const answered = chrome.runtime.sendMessage({ ...call, target: OFFSCREEN_TARGET }).catch(() => undefined);
    return withTimeout(answered, REPLY_LIMIT_MS, `The detection model did not answer within ${REPLY_LIMIT_MS / 1000} s.`);
  }

  /** Creates the document once, however many calls come at the same time. */
  async #open() {
    this.#opening ??= openDocument(this.#preference).finally(() => {
      this.#opening = null;
    });
    await this.#opening;
  }
}

/** @param {() => Promise<"auto" | "wasm">} preference is told in the address: the document may not read the settings itself */
async function openDocument(preference) {
  if (await hasDocument()) return;
  const created = chrome.offscreen.createDocument({
    url: `${DOCUMENT}?backend=${await preference()}`,
    reasons: [chrome.offscreen.Reason.WORKERS, chrome.offscreen.Reason.BLOBS],
    justification: "Decodes images and runs the detection model on them.",
  });
  await withTimeout(created, CREATE_LIMIT_MS, "The browser did not open the page that holds the detection model.");
}

/** @returns {Promise<boolean>} */
async function hasDocument() {
  const contexts = await chrome.runtime.getContexts({ contextTypes: [chrome.runtime.ContextType.OFFSCREEN_DOCUMENT] });
  return contexts.length > 0;
}
