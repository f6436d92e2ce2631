// Asks the background for the result of an image; whatever goes wrong becomes a failed result.

import { UnreadableError } from "./canvas-picture.js";
import { readShown, readSource } from "./image-source.js";
import { pictureOf } from "./picture.js";
import { SharedResults } from "./shared-results.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("./tracked-image.js").TrackedImage} TrackedImage */
/** @typedef {{isUrgent: boolean}} Wish whether somebody looks at the picture by now */
/**
 * @typedef {object} CheckOptions
 * @property {boolean} wasAsked the user asked, rather than the automatic
 * @property {boolean} screenCopy a copy of the screen will do where the image may not be read
 * @property {boolean} isVisible
 */

/** Requests for images of this document, and of frames that may not be entered. */
export class ResultRequest {
  #ask;
  #shared = /** @type {SharedResults<Result | null>} */ (new SharedResults((result) => result !== null && result.status !== "failed"));

  /** @param {(type: string, fields?: Record<string, unknown>) => Promise<any>} ask the background */
  constructor(ask) {
    this.#ask = ask;
  }

  /**
   * @param {TrackedImage} tracked
   * @param {CheckOptions} options
   * @returns {Promise<Result | null>} null when the background has dropped the check with its page
   */
  async ofImage({ image, key, url }, { wasAsked, screenCopy, isVisible }) {
    if (isBroken(image)) return { status: "failed", code: "not_loaded" };
    const mode = wasAsked ? "check" : "automatic";
    const fields = { key, mode, screenCopy, shown: shownSizeOf(image) };
    const check = async (/** @type {Wish} */ wish) => {
      let wasUrgent = false;
      const read = async () => {
        const source = await readSource(image, url);
        wasUrgent = wish.isUrgent;
        return source;
      };
      const ask = () => this.#answer(fields, wish, read);
      const first = await ask();
      // A full queue refuses what is only near, and the hurry finds nothing there.
      const result = first?.code === "busy" && wish.isUrgent && !wasUrgent ? await ask() : first;
      return result?.code === "not_as_shown" ? this.#ofWhatShows(image, fields, wish, result) : result;
    };
    const wish = { isUrgent: isVisible, mayBeOld: !wasAsked };
    // What was asked for by the user is as urgent as can be.
    const hurry = () => void (wasAsked || this.#ask("image.hurry", { key }).catch(() => undefined));
    // A copy of the screen is of one element, whatever its address.
    return screenCopy ? check(wish) : this.#shared.get(`${mode} ${key}`, wish, check, hurry);
  }

  /** @param {string} key of an image @returns {boolean} whether a verdict of it is remembered */
  remembers(key) {
    return ["automatic", "check"].some((mode) => this.#shared.has(`${mode} ${key}`));
  }

  /** What is known of images is asked anew from now on. */
  forget() {
    this.#shared.clear();
  }

  /**
   * @param {TrackedImage} tracked stands for an image of another document
   * @returns {Promise<Result | null>}
   */
  async ofAddress({ key, url }) {
    if (!/^https?:/i.test(url)) return { status: "failed", code: "elsewhere" };
    return this.#answer({ key, mode: "check", screenCopy: false }, { isUrgent: true }, async () => ({ kind: "url", url }));
  }

  /**
   * Of the pixels on the page, where it lets them be read; else of a copy of the screen, where that will do.
   *
   * @param {Element} image
   * @param {Record<string, unknown>} fields
   * @param {Wish} wish
   * @param {Result} failure
   * @returns {Promise<Result | null>}
   */
  async #ofWhatShows(image, fields, wish, failure) {
    const source = await readShown(image);
    if (!source && !fields.screenCopy) return failure;
    const result = await this.#answer(fields, wish, async () => source);
    return source && result ? { ...result, isDrawn: true } : result;
  }

  /**
   * @param {Record<string, unknown>} fields
   * @param {Wish} wish
   * @param {() => Promise<unknown>} sourceOf
   * @returns {Promise<Result | null>}
   */
  async #answer(fields, wish, sourceOf) {
    try {
      const source = await sourceOf();
      // Read whenever the message is sent, also again to a background that was stopped: it may have come into view by then.
      return await this.#ask("image.check", { ...fields, source, get visible() { return wish.isUrgent; } });
    } catch (error) {
      if (error instanceof UnreadableError) return { status: "failed", code: error.code, reason: error.message };
      return { status: "failed", reason: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** @param {Element} element */
function isBroken(element) {
  const picture = pictureOf(element);
  return !picture || picture.fitness === "broken" || picture.size?.width === 0;
}

/** @param {Element} element @returns {import("./picture.js").Picture["size"] | undefined} of its upright picture, where a page is told that */
function shownSizeOf(element) {
  const picture = pictureOf(element);
  if (picture?.kind !== "image" || picture.fitness !== "fit") return undefined;
  return getComputedStyle(element).imageOrientation === "none" ? undefined : (picture.size ?? undefined);
}
