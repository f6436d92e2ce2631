// Keyboard commands: check the page, pause automatic checking, go to the next verdict.

import { askFrame } from "../shared/ask-frame.js";
import { CONTENT_SCRIPT } from "../shared/content-script.js";
import { createMessage } from "../shared/messages.js";

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
    if (command === "check-page") await this.#sendToFrames(tabId, "content.check_page");
    if (command === "next-verdict") await this.#sendToFrames(tabId, "content.reveal_next", true);
  }

  async #togglePause() {
    const { paused } = await this.#settings.load();
    await this.#settings.save({ paused: !paused });
  }

  /**
   * @param {number} tabId
   * @param {string} type of the message
   * @param {boolean} [isFirstEnough] whether to stop at the first frame that answers yes
   */
  async #sendToFrames(tabId, type, isFirstEnough = false) {
    const frames = await this.#scripting.executeScript({ target: { tabId, allFrames: true }, files: [CONTENT_SCRIPT] });
    for (const { frameId } of frames.sort((a, b) => a.frameId - b.frameId)) {
      const answer = await askFrame(this.#tabs, { tabId, frameId }, createMessage(type));
      if (isFirstEnough && answer) return;
    }
  }
}
