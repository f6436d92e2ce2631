// Reads an image through the page that shows it, where activeTab opens the page and not the extension's own requests.

import { statusFailure } from "../inference/image-source.js";
import { MAX_SENT_BYTES } from "../shared/data-url.js";

/** @typedef {{dataUrl: string} | {failure: import("../shared/verdict-wording.js").Result}} PageRead */

/** Firefox's activeTab lets a script into the tab, but gives the background no right to the tab's own host. */
export class PageReader {
  #scripting;

  /** @param {Pick<typeof chrome.scripting, "executeScript">} scripting */
  constructor(scripting) {
    this.#scripting = scripting;
  }

  /**
   * @param {string} url of an image
   * @param {{tabId: number, frameId: number}} place the frame that shows it
   * @param {boolean} mayUseCookies where the site refuses without
   * @returns {Promise<PageRead | null>} null when the image is not of the page's own origin, or cannot be had this way
   */
  async read(url, { tabId, frameId }, mayUseCookies) {
    try {
      const target = { tabId, frameIds: [frameId] };
      const [outcome] = await this.#scripting.executeScript({ target, func: readInPage, args: [url, mayUseCookies, MAX_SENT_BYTES] });
      const { status, dataUrl } = /** @type {Awaited<ReturnType<typeof readInPage>>} */ (outcome.result) ?? {};
      if (dataUrl) return { dataUrl };
      if (!status) return null;
      const { code, message } = statusFailure(status);
      return { failure: { status: "failed", code, reason: message } };
    } catch {
      // The page is gone, or closed to extensions: there are other ways, and they say why they fail.
      return null;
    }
  }
}

/**
 * Runs in the page's isolated world, from its source text: it can use nothing from around it.
 *
 * @param {string} url
 * @param {boolean} mayUseCookies
 * @param {number} maxBytes
 * @returns {Promise<{status: number, dataUrl?: string} | null>} status of the answer; the bytes when it was good
 */
export async function readInPage(url, mayUseCookies, maxBytes) {
  if (new URL(url).origin !== location.origin) return null;
  const isRefusal = (/** @type {Response} */ { status }) => status === 401 || status === 403;
  let response = await fetch(url, { credentials: "omit" });
  if (isRefusal(response) && mayUseCookies) response = await fetch(url, { credentials: "include", cache: "reload" });
  if (!response.ok) return { status: response.status };
  const blob = await response.blob();
  if (blob.size > maxBytes) return null;
  // The decoder looks at the bytes; the type only makes it an image's address.
  const typed = blob.type.startsWith("image/") ? blob : new Blob([blob], { type: "image/png" });
  const dataUrl = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(/** @type {string} */ (reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(typed);
  });
  return { status: response.status, dataUrl };
}
