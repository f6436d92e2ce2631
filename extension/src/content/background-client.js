// Asks the background, again where its service worker was stopped in the middle of an answer.

import { createMessage, unwrap } from "../shared/messages.js";

const MAX_TRIES = 3;
// Firefox's event page, stopped in the middle of an answer, cannot be reached at once: it has to be gone before it can come back.
const WAIT_MS = 500;

/** The extension was reloaded or removed: this script has nobody to talk to any more. */
export class OrphanedError extends Error {}

/**
 * @param {string} type of a message to the background
 * @param {Record<string, unknown>} [fields] read anew for each try
 * @returns {Promise<any>} its answer
 * @throws {OrphanedError}
 * @throws {Error} with the background's reason, or when it never answered
 */
export async function askBackground(type, fields) {
  for (let tries = 1; ; tries += 1) {
    const message = createMessage(type, fields);
    if (!chrome.runtime?.id) throw new OrphanedError("The extension was reloaded. Reload the page.");
    try {
      const reply = await chrome.runtime.sendMessage(message);
      if (reply !== undefined || tries === MAX_TRIES) return unwrap(reply);
    } catch (error) {
      const wasCut = /message (channel|port) closed|Receiving end does not exist/i.test(String(error));
      if (!wasCut || tries === MAX_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS * tries));
    }
  }
}
