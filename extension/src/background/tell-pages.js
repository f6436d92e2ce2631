// Tells the content scripts of all open pages something at once.

import { createMessage } from "../shared/messages.js";

/**
 * @param {Pick<typeof chrome.tabs, "query" | "sendMessage">} tabs
 * @param {string} type of a message without fields
 * @returns {Promise<void>} once it is on its way: a tab that is frozen hears it when it is thawed, and nobody waits for that
 */
export async function tellPages(tabs, type) {
  const message = createMessage(type);
  for (const { id = -1 } of await tabs.query({})) {
    // Most tabs have no content script of ours and reject.
    tabs.sendMessage(id, message).catch(() => undefined);
  }
}
