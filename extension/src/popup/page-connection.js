// Speaks with the content scripts of one tab: puts them there, lists their images, starts checks.

import { askFrame } from "../shared/ask-frame.js";
import { inEachFrame } from "../shared/frame-injection.js";
import { createMessage } from "../shared/messages.js";

/**
 * @typedef {object} PageImage
 * @property {number} frameId
 * @property {string} key names the image within its frame
 * @property {string} url http(s) address, or ""
 * @property {string} name alternative text of the image
 * @property {string | null} thumbnail as a data: URL; null where the page may not read the image
 * @property {import("../shared/verdict-wording.js").Result | null} result
 * @property {boolean} isChecking
 */

/** The tab that the popup was opened on. */
export class PageConnection {
  #tabId;
  #frameIds = /** @type {number[]} */ ([]);

  /** @param {number} tabId */
  constructor(tabId) {
    this.#tabId = tabId;
  }

  /**
   * @returns {Promise<void>} once the page itself is let in; its frames join when they have loaded
   * @throws {Error} where the browser lets no extension in
   */
  async open() {
    /** @type {number[]} */
    const joined = [];
    await inEachFrame(chrome.scripting, this.#tabId, (frameId) => {
      joined.push(frameId);
      this.#frameIds = joined.sort((a, b) => a - b);
    });
  }

  /**
   * @returns {Promise<PageImage[]>} of all frames that answer, the outermost first
   * @throws {Error} when the page itself does not, not even when it is let in again
   */
  async listImages() {
    try {
      return await this.#listImages();
    } catch {
      // Loaded anew, the page has lost its scripts.
      await this.open();
      return this.#listImages();
    }
  }

  /** @returns {Promise<PageImage[]>} */
  async #listImages() {
    const lists = await Promise.all(
      this.#frameIds.map(async (frameId) => {
        const images = await this.#send("content.list_images", {}, frameId);
        return (images ?? []).map((/** @type {PageImage} */ image) => ({ ...image, frameId }));
      }),
    );
    return lists.flat();
  }

  /** Starts the check of all images; the list tells how it goes. */
  async checkPage() {
    await Promise.all(this.#frameIds.map((frameId) => this.#send("content.check_page", {}, frameId)));
  }

  /** @param {Pick<PageImage, "frameId" | "key">} image is scrolled into view, and its panel opened */
  async reveal({ frameId, key }) {
    await this.#send("content.reveal_image", { key }, frameId);
  }

  /**
   * @param {string} type
   * @param {Record<string, unknown>} fields
   * @param {number} frameId
   */
  async #send(type, fields, frameId) {
    return askFrame(chrome.tabs, { tabId: this.#tabId, frameId }, createMessage(type, fields));
  }
}
