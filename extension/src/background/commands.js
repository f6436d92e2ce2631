// Keyboard commands: check the page, pause automatic checking, go to the next verdict.

import { askFrame } from "../shared/ask-frame.js";
import { inEachFrame, injectIntoFrames } from "../shared/frame-injection.js";
import { createMessage } from "../shared/messages.js";
import { withTimeout } from "../shared/with-timeout.js";

const FRAME_LIMIT_MS = 1000;

/** What the manifest's commands do. */
export class Commands {
  #scripting;
  #tabs;
  #settings;

  /**
   * @param {object} parts
   * @param {Pick<typeof chrome.scripting, "executeScript">} parts.scripting
   * @param {Pick<typeof chrome.tabs, "sendMessage">} parts.tabs
   * @param {import("../shared/settings.js").SettingsStore} parts.settings
   */
  constructor({ scripting, tabs, settings }) {
    this.#scripting = scripting;
    this.#tabs = tabs;
    this.#settings = settings;
  }

  /**
   * @param {string} command as named in the manifest
   * @param {{id?: number}} [tab] in front; pressing the keys lets the extension into it
   * @throws {Error} where the browser lets no extension in
   */
  async run(command, tab) {
    if (command === "toggle-automatic") return this.#togglePause();
    const tabId = tab?.id ?? -1;
    if (command === "check-page") await this.#checkPage(tabId);
    if (command === "next-verdict") await this.#revealNext(tabId);
  }

  async #togglePause() {
    const { paused } = await this.#settings.load();
    await this.#settings.save({ paused: !paused });
  }

  /** @param {number} tabId */
  async #checkPage(tabId) {
    await inEachFrame(this.#scripting, tabId, (frameId) => askFrame(this.#tabs, { tabId, frameId }, createMessage("content.check_page")));
  }

  /** @param {number} tabId */
  async #revealNext(tabId) {
    const [page, ...others] = await injectIntoFrames(this.#scripting, tabId);
    // A frame that has not loaded has no verdict.
    const loaded = others.map(({ injected }) => withTimeout(injected, FRAME_LIMIT_MS, "The frame did not load in time.").then(() => true, () => false));
    const reveal = (/** @type {number} */ frameId) => askFrame(this.#tabs, { tabId, frameId }, createMessage("content.reveal_next"));
    await page.injected;
    if (await reveal(page.frameId)) return;
    for (const [index, { frameId }] of others.entries()) {
      if ((await loaded[index]) && (await reveal(frameId))) return;
    }
  }
}
