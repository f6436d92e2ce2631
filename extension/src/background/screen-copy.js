// Copies an image from the screen where its bytes may not be read.

import { createMessage, unwrap } from "../shared/messages.js";
import { withTimeout } from "../shared/with-timeout.js";

const PAGE_LIMIT_MS = 3000;
// Chromium takes two copies a second.
const TOO_MANY = /MAX_CAPTURE_VISIBLE_TAB/;
const REST_MS = 600;
// Of the visible page: a picture that creeps on by a few pixels is still the one in its crop.
const MAX_MOVE = 0.01;

/**
 * @typedef {{x: number, y: number, width: number, height: number}} Fractions of the visible page, each in [0, 1]
 * @typedef {{dataUrl: string, crop: Fractions}} Copy
 * @typedef {{tabId: number, frameId: number, key: string}} ImagePlace
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
   * @param {ImagePlace} image
   * @returns {Promise<Copy>}
   * @throws {ScreenCopyError}
   */
  capture(image) {
    const copy = this.#last.then(() => this.#capture(image));
    this.#last = copy.catch(() => undefined);
    return copy;
  }

  /**
   * @param {ImagePlace} image
   * @param {boolean} [isSecond] try
   * @returns {Promise<Copy>}
   */
  async #capture(image, isSecond = false) {
    const windowId = await this.#windowOf(image);
    /** @type {Copy | null} */
    let copy;
    /** @type {Fractions | null} */
    let placeNow = null;
    try {
      copy = await this.#take(image, windowId, isSecond);
    } finally {
      placeNow = await this.#ask(image, createMessage("content.screen_copied")).catch(() => null);
    }
    if (!copy) {
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      return this.#capture(image, true);
    }
    // Meanwhile the page may have been scrolled or left, and something else lies where the image was.
    if (!placeNow || !isSamePlace(copy.crop, placeNow)) throw offScreen();
    return copy;
  }

  /**
   * @param {ImagePlace} image
   * @param {number} windowId that shows its tab
   * @param {boolean} isSecond try
   * @returns {Promise<Copy | null>} null where the browser has taken too many copies of late
   */
  async #take(image, windowId, isSecond) {
    const crop = await this.#ask(image, createMessage("content.screen_place", { key: image.key }));
    if (!crop) throw offScreen();
    // The browser copies whatever tab is in front: it must be this one, before and after.
    await this.#requireWindow(image, windowId);
    const dataUrl = await this.#captureTab(windowId, isSecond);
    await this.#requireWindow(image, windowId);
    return dataUrl === null ? null : { dataUrl, crop };
  }

  /**
   * @param {number} windowId
   * @param {boolean} isSecond try
   * @returns {Promise<string | null>} data: URL; null where the browser has taken too many of late
   */
  async #captureTab(windowId, isSecond) {
    try {
      return await this.#tabs.captureVisibleTab(windowId, { format: "png" });
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      if (!isSecond && TOO_MANY.test(message)) return null;
      throw new ScreenCopyError(`The screen may not be copied: ${message}`, "no_access");
    }
  }

  /**
   * @param {ImagePlace} image
   * @returns {Promise<number>} the window that shows its tab
   */
  async #windowOf({ tabId, frameId }) {
    const { active, windowId } = await this.#tabs.get(tabId);
    // A frame knows its place within itself only, and a tab in the background is not on the screen.
    if (frameId !== 0 || !active) throw offScreen();
    return windowId;
  }

  /** @param {ImagePlace} image @param {number} windowId must still be the one that shows its tab */
  async #requireWindow(image, windowId) {
    if ((await this.#windowOf(image)) !== windowId) throw offScreen();
  }

  /**
   * @param {ImagePlace} image
   * @param {import("../shared/messages.js").Message} message
   * @returns {Promise<Fractions | null>} its place
   */
  async #ask({ tabId, frameId }, message) {
    return unwrap(await withTimeout(this.#tabs.sendMessage(tabId, message, { frameId }), PAGE_LIMIT_MS, "The page did not answer in time."));
  }
}

function offScreen() {
  return new ScreenCopyError("The image is not on the screen.", "off_screen");
}

/** @param {Fractions} a @param {Fractions} b */
function isSamePlace(a, b) {
  return /** @type {const} */ (["x", "y", "width", "height"]).every((side) => Math.abs(a[side] - b[side]) <= MAX_MOVE);
}
