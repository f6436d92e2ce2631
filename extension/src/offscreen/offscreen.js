// The offscreen document: holds the inference service, answers the service worker's calls, and closes when it is idle.

import { createExtensionService } from "../platform/extension-service.js";
import { IdleTimer } from "../platform/chrome/idle-timer.js";
import { OFFSCREEN_TARGET } from "../platform/chrome/offscreen-messages.js";

/** @typedef {import("../platform/chrome/offscreen-messages.js").OffscreenCall} OffscreenCall */
/** @typedef {import("../platform/chrome/offscreen-messages.js").OffscreenReply} OffscreenReply */

// Long enough for a user who reads a page between two checks; the model holds over 100 MB, and is back in a second.
const IDLE_LIMIT_MS = 5 * 60_000;

const preference = new URLSearchParams(location.search).get("backend") === "wasm" ? "wasm" : "auto";
const service = createExtensionService(async () => preference);
// The document closes itself: the service worker that would do it is stopped long before.
const idle = new IdleTimer(() => window.close(), IDLE_LIMIT_MS);

chrome.runtime.onMessage.addListener((message, sender, sendResponse) => {
  // Content scripts carry the extension's id too: only its own pages, which are in no tab, may call.
  if (message?.target !== OFFSCREEN_TARGET || sender.id !== chrome.runtime.id || sender.tab) return false;
  idle.during(() => answer(message)).then(
    (value) => sendResponse(/** @type {OffscreenReply} */ ({ value })),
    (error) => sendResponse(/** @type {OffscreenReply} */ ({ error: String(error?.message ?? error) })),
  );
  return true;
});

/**
 * @param {OffscreenCall} call
 * @returns {Promise<unknown>}
 */
async function answer(call) {
  switch (call.type) {
    case "check":
      return service.check(call.request);
    case "describe":
      return service.describe();
    case "clear_cache":
      return service.clearCache();
    default:
      console.error("An unknown call was refused:", call);
      throw new Error("The offscreen document does not know this call.");
  }
}
