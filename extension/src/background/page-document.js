// Names the document that a content script runs in, and asks whether it is still there.

import { createMessage } from "../shared/messages.js";
import { TimeoutError, withTimeout } from "../shared/with-timeout.js";

const ANSWER_LIMIT_MS = 1000;

/**
 * @param {import("../shared/message-router.js").MessageSender} sender a content script
 * @returns {import("./image-checker.js").ImageOwner}
 */
export function ownerOf({ tab, frameId = 0, documentId = "" }) {
  const tabId = tab?.id ?? -1;
  return { tabId, frameId, document: `${tabId}/${frameId}/${documentId}`, isPrivate: tab?.incognito ?? false };
}

/**
 * @param {Pick<typeof chrome.tabs, "sendMessage">} tabs
 * @param {string} document as in an owner
 * @returns {Promise<boolean>} also true of one that is too busy to answer in time
 */
export function isAlive(tabs, document) {
  const [tabId, frameId, documentId] = document.split("/");
  // With both Chromium refuses what lies in the back/forward cache: that document is in no frame. By its name alone it is found,
  // and being frozen it answers no more than a busy one.
  const options = { frameId: Number(frameId), ...(documentId && { documentId }) };
  const answered = tabs.sendMessage(Number(tabId), createMessage("content.ping"), options);
  return withTimeout(answered, ANSWER_LIMIT_MS, "The document did not answer in time.").then(
    () => true,
    (error) => error instanceof TimeoutError,
  );
}
