// "Check for deepfake" in the right-click menu of images, and of what may hide one.

import { CONTENT_SCRIPT } from "../shared/content-script.js";
import { createMessage, unwrap } from "../shared/messages.js";

const ITEM_ID = "check-image";
// Not for images only: one may lie under a transparent layer or a link, or be a background, a poster or a canvas. One entry for
// all, because browsers put two of one extension into a submenu.
/** @type {chrome.contextMenus.CreateProperties["contexts"]} */
const CONTEXTS = ["image", "link", "video", "page", "frame"];

/** The menu entry and what a click on it does. */
export class ContextMenu {
  #menus;
  #scripting;
  #tabs;
  #permissions;
  #translate;

  /**
   * @param {object} parts
   * @param {Pick<typeof chrome.contextMenus, "create" | "removeAll">} parts.menus
   * @param {Pick<typeof chrome.scripting, "executeScript">} parts.scripting
   * @param {Pick<typeof chrome.tabs, "sendMessage">} parts.tabs
   * @param {import("./image-permissions.js").ImagePermissions} parts.permissions
   * @param {import("../shared/i18n.js").Translate} parts.translate
   */
  constructor({ menus, scripting, tabs, permissions, translate }) {
    this.#menus = menus;
    this.#scripting = scripting;
    this.#tabs = tabs;
    this.#permissions = permissions;
    this.#translate = translate;
  }

  /** Puts the entry into the menu: after the extension was installed or updated, and when its language has changed. */
  async install() {
    await this.#menus.removeAll();
    this.#menus.create({ id: ITEM_ID, title: this.#translate("menuCheckImage"), contexts: CONTEXTS });
  }

  /**
   * The permission is asked for first: nothing may be awaited before it.
   *
   * @param {chrome.contextMenus.OnClickData} info
   * @param {chrome.tabs.Tab} [tab]
   */
  async handleClick(info, tab) {
    if (info.menuItemId !== ITEM_ID || tab?.id === undefined) return;
    const { targetElementId } = /** @type {{targetElementId?: number}} */ (info);
    const isVideo = info.mediaType === "video";
    if (!info.srcUrl || isVideo || info.mediaType === "audio") {
      const answered = info.srcUrl && isVideo ? this.#permissions.requestInClick(info.srcUrl, tab.url) : null;
      const frameId = await this.#inject(tab.id, info.frameId ?? 0);
      await answered;
      // The page around a frame knows nothing of a click in it: what lies at its own last click is another picture.
      const isHere = frameId === (info.frameId ?? 0);
      await this.#send(tab.id, frameId, isHere ? createMessage("content.check_here", { targetElementId }) : createMessage("content.check_closed_frame"));
      return;
    }
    const answered = this.#permissions.requestInClick(info.srcUrl, tab.url);
    const frameId = await this.#inject(tab.id, info.frameId ?? 0);
    // Whatever the answer, the page is asked: without the permission the check falls back to a copy of the screen.
    await answered;
    await this.#send(tab.id, frameId, createMessage("content.check_image", { url: info.srcUrl, targetElementId }));
  }

  /**
   * @param {number} tabId
   * @param {number} frameId
   * @param {import("../shared/messages.js").Message} message
   */
  async #send(tabId, frameId, message) {
    unwrap(await this.#tabs.sendMessage(tabId, message, { frameId }));
  }

  /**
   * @param {number} tabId
   * @param {number} frameId
   * @returns {Promise<number>} the frame that has the content script now
   */
  async #inject(tabId, frameId) {
    try {
      await this.#scripting.executeScript({ target: { tabId, frameIds: [frameId] }, files: [CONTENT_SCRIPT] });
      return frameId;
    } catch (error) {
      if (frameId === 0) throw error;
      // activeTab reaches only the tab's own origin: the result of a foreign frame is shown by the page around it.
      return this.#inject(tabId, 0);
    }
  }
}
