// Lets a part of the extension answer registered messages, of the right shape and from whom may send them, and no others.

import { findProblem, MESSAGES } from "./messages.js";

/** @typedef {import("./messages.js").Message} Message */
/** @typedef {import("./messages.js").Target} Target */
/** @typedef {import("./messages.js").Sender} Sender */
/** @typedef {import("./messages.js").Reply} Reply */
/** @typedef {{id?: string, url?: string, tab?: {id?: number, incognito?: boolean}, frameId?: number, documentId?: string}} MessageSender */
/** @typedef {(message: any, sender: MessageSender) => unknown} Handler returns the answer or a promise of it */

/** Targets that other parts of the extension answer themselves. */
const OTHER_TARGETS = ["offscreen", "background", "content"];

/**
 * @param {MessageSender} sender
 * @param {Sender} from
 * @param {{id: string, baseUrl: string}} self this extension's id and the address of its root
 */
export function isFrom(sender, from, self) {
  if (sender.id !== self.id) return false;
  const isOwnPage = sender.url?.startsWith(self.baseUrl) ?? false;
  return from === "content" ? sender.tab !== undefined && !isOwnPage : sender.tab === undefined || isOwnPage;
}

/**
 * Builds a listener for runtime.onMessage that lets through only registered messages of the right shape and sender.
 *
 * @param {Target} target the part that listens
 * @param {Record<string, Handler>} handlers by message type
 * @param {{id: string, baseUrl: string}} self
 * @param {(problem: string) => void} [log]
 * @returns {(message: unknown, sender: MessageSender, sendResponse: (reply: Reply) => void) => boolean}
 */
export function createRouter(target, handlers, self, log = (problem) => console.warn(`Message refused: ${problem}`)) {
  return (message, sender, sendResponse) => {
    const named = /** @type {{target?: unknown} | null} */ (typeof message === "object" ? message : null)?.target;
    if (named !== target && OTHER_TARGETS.includes(/** @type {string} */ (named))) return false;
    const problem = findProblem(message) ?? findStranger(/** @type {Message} */ (message), sender, handlers, self);
    if (problem) {
      log(problem);
      sendResponse({ ok: false, error: problem });
      return false;
    }
    const { type } = /** @type {Message} */ (message);
    // At once: what a click may do, its message may do only while it is being delivered.
    new Promise((resolve) => resolve(handlers[type](message, sender)))
      .then((value) => sendResponse({ ok: true, value }))
      .catch((error) => sendResponse({ ok: false, error: error instanceof Error ? error.message : String(error) }));
    return true; // the answer comes later
  };
}

/**
 * @param {Message} message
 * @param {MessageSender} sender
 * @param {Record<string, Handler>} handlers
 * @param {{id: string, baseUrl: string}} self
 */
function findStranger(message, sender, handlers, self) {
  if (!isFrom(sender, MESSAGES[message.type].from, self)) return `${message.type} from a sender that may not send it`;
  return Object.hasOwn(handlers, message.type) ? null : `${message.type} is not handled here`;
}
