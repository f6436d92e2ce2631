// The offscreen document: holds the inference service and answers the service worker's calls.

import { createExtensionService } from "../platform/extension-service.js";
import { OFFSCREEN_TARGET } from "../platform/chrome/offscreen-messages.js";

/** @typedef {import("../platform/chrome/offscreen-messages.js").OffscreenCall} OffscreenCall */
/** @typedef {import("../platform/chrome/offscreen-messages.js").OffscreenReply} OffscreenReply */

const preference = new URLSearchParams(location.search).get("backend") === "wasm" ? "wasm" : "auto";
const service = createExtensionService(async () => preference);

chrome.runtime.onMessage.addListener((message, sender, sendResponse) => {
  // Content scripts carry the extension's id too: only its own pages, which are in no tab, may call.
  if (message?.target !== OFFSCREEN_TARGET || sender.id !== chrome.runtime.id || sender.tab) return false;
  answer(message).then(
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
