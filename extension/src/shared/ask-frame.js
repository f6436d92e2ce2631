// Asks the content script in one frame of a tab, which may have gone away by then: advertisements come and go.

import { unwrap } from "./messages.js";

const TOP_FRAME = 0;

/**
 * @param {Pick<typeof chrome.tabs, "sendMessage">} tabs
 * @param {{tabId: number, frameId: number}} place
 * @param {import("./messages.js").Message} message
 * @returns {Promise<any>} its answer; null from a frame inside the page that does not answer
 * @throws {Error} when the page itself does not
 */
export async function askFrame(tabs, { tabId, frameId }, message) {
  try {
    return unwrap(await tabs.sendMessage(tabId, message, { frameId }));
  } catch (error) {
    if (frameId === TOP_FRAME) throw error;
    return null;
  }
}
