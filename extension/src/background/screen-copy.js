// Copies an image from the screen where its bytes may not be read.

import { createMessage, unwrap } from "../shared/messages.js";
import { withTimeout } from "../shared/with-timeout.js";

const PAGE_LIMIT_MS = 3000;
// Chromium takes two copies a second.
const TOO_MANY = /MAX_CAPTURE_VISIBLE_TAB/;
const REST_MS = 600;

/**
 * @typedef {{x: number, y: number, width: number, height: number}} Fractions of the visible page, each in [0, 1]
 * @typedef {{dataUrl: string, crop: Fractions}} Copy
 */

/** The image is not on the screen, or the screen may not be copied; the message says which. */
export class ScreenCopyError extends Error {
  /**
   * @param {string} message
   * @param {"off_screen" | "no_access"} code
   */
  constructor(message, code) {
    super(message);
    this.name = "ScreenCopyError";
    this.code = code;
  }
}

/** Takes one copy at a time: each hides the extension's own badges for an instant. */
export class ScreenCopy {
  #tabs;
  #last = /** @type {Promise<unknown>} */ (Promise.resolve());

  /** @param {Pick<typeof chrome.tabs, "captureVisibleTab" | "sendMessage" | "get">} tabs */
  constructor(tabs) {
    this.#tabs = tabs;
  }

  /**
   * @param {{tabId: number, frameId: number, key: string}} image
   * @returns {Promise<Copy>}
   * @throws {ScreenCopyError}
   */
  capture(image) {
    const copy = this.#last.then(() => this.#capture(image));
    this.#last = copy.catch(() => undefined);
    return copy;
  }

  /**
   * @param {{tabId: number, frameId: number, key: string}} image
   * @returns {Promise<Copy>}
   */
  async #capture({ tabId, frameId, key }) {
    const tab = await this.#tabs.get(tabId);
    // A frame knows its place within itself only, and a tab in the background is not on the screen.
    if (frameId !== 0 || !tab.active) throw new ScreenCopyError("The image is not on the screen.", "off_screen");
    try {
      const placed = this.#tabs.sendMessage(tabId, createMessage("content.screen_place", { key }), { frameId });
      const crop = unwrap(await withTimeout(placed, PAGE_LIMIT_MS, "The page did not answer in time."));
      if (!crop) throw new ScreenCopyError("The image is not on the screen.", "off_screen");
      return { dataUrl: await this.#captureTab(tab.windowId), crop };
    } finally {
      await this.#tabs.sendMessage(tabId, createMessage("content.screen_copied"), { frameId }).catch(() => undefined);
    }
  }

  /** @param {number} windowId @param {boolean} [isSecond] try @returns {Promise<string>} data: URL */
  async #captureTab(windowId, isSecond = false) {
    try {
      return await this.#tabs.captureVisibleTab(windowId, { format: "png" });
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      if (isSecond || !TOO_MANY.test(message)) throw new ScreenCopyError(`The screen may not be copied: ${message}`, "no_access");
    }
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    return this.#captureTab(windowId, true);
  }
}
