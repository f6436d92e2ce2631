// The image that a report is about: out of an open page, a file, or the clipboard.

import { readImageSource } from "../inference/image-source.js";
import { patternOf } from "../shared/host-patterns.js";
import { translate } from "../shared/i18n.js";
import { createMessage, unwrap } from "../shared/messages.js";
import { reportedImage } from "../shared/report-tab.js";

/** @typedef {import("../shared/verdict-wording.js").Band} Band */
/** @typedef {"frame" | "pixels" | "screen"} CopyOf a frame of a video, what the page shows, or the screen */
/** @typedef {{x: number, y: number, width: number, height: number}} Area fractions of the image */
/** @typedef {Pick<import("../shared/verdict-wording.js").Result, "status" | "code" | "band" | "fakeScore" | "clip">} VideoVerdict */
/**
 * @typedef {object} PageImage what a content script tells of an image
 * @property {{kind: "url", url: string} | {kind: "data", dataUrl: string}} source
 * @property {string} pageUrl
 * @property {string} name alternative text
 * @property {Band | "no_face" | null} badge what its badge says
 * @property {{dataUrl: string, crop: Area} | null} copy of the screen, where that was judged
 * @property {VideoVerdict | null} video the verdict on a video, of which the image is a frame
 * @property {"frame" | "pixels" | null} copyOf what the source's bytes were made from, by the content script; null: they are the picture's own file
 *
 * @typedef {object} Subject
 * @property {ArrayBuffer} buffer of the image file
 * @property {"bytes" | "screen_copy"} via
 * @property {Area | null} crop the image's place in a copy of the screen
 * @property {string} name of the file, or alternative text; ""
 * @property {string} url of the image; "" where it has none
 * @property {string} pageUrl "" for a file
 * @property {PageImage["badge"]} badge what its badge on the page says
 * @property {VideoVerdict | null} [video] the verdict on a video, of which the image is a frame
 * @property {CopyOf | null} [copyOf] what the bytes were made from, by the extension: format, size and hash are then of a file of
 *   its own, and nothing is known of the picture's
 */

/** The image may not be read; its site could be allowed. */
export class NoAccessError extends Error {
  /** @param {string} host @param {string} message */
  constructor(host, message) {
    super(message);
    this.host = host;
  }
}

/**
 * @param {File} file dropped, pasted or chosen
 * @returns {Promise<Subject>}
 */
export async function subjectOfFile(file) {
  return { buffer: await file.arrayBuffer(), via: "bytes", crop: null, name: file.name, url: "", pageUrl: "", badge: null };
}

/**
 * @returns {Promise<Subject | null>} of the image that this page was opened for; null when for none
 * @throws {NoAccessError} when its host has to be allowed first
 * @throws {Error} with a sentence, when the page that it lay on is gone, or the image cannot be read
 */
export async function subjectOfAddress() {
  const image = await reportedImage(location.hash, chrome.storage.session);
  if (!image) return null;
  const { tabId, frameId, key } = image;
  const asked = chrome.tabs.sendMessage(tabId, createMessage("content.describe_image", { key }), { frameId });
  /** @type {PageImage} */
  const { source, pageUrl, name, badge, copy, video, copyOf } = unwrap(await asked.catch(() => ({ ok: false, error: translate("reportPageGone") })));
  const { incognito } = await chrome.tabs.get(tabId);
  const url = source.kind === "url" ? source.url : "";
  const known = { name, url, pageUrl, badge, video, copyOf };
  if (copy) return { ...known, buffer: await readImageSource({ kind: "data", ...copy, via: "screen_copy" }), via: "screen_copy", crop: copy.crop, copyOf: "screen" };
  if (source.kind === "data") return { ...known, buffer: await readImageSource({ ...source, via: "bytes" }), via: "bytes", crop: null };
  return { ...known, buffer: await readUrl(url, incognito), via: "bytes", crop: null };
}

/**
 * Without cookies first, and with them only after a refusal, and not for a private window: as for every check that was asked for.
 *
 * @param {string} url
 * @param {boolean} isPrivate
 */
async function readUrl(url, isPrivate) {
  const read = (/** @type {"omit" | "include"} */ credentials) => readImageSource({ kind: "url", url, credentials, isPrivate });
  try {
    return await read("omit").catch((error) => (error.code === "refused" && !isPrivate ? read("include") : Promise.reject(error)));
  } catch (error) {
    const { hostname } = new URL(url);
    const isAllowed = await chrome.permissions.contains({ origins: [patternOf(hostname)] });
    throw isAllowed ? error : new NoAccessError(hostname, /** @type {Error} */ (error).message);
  }
}
