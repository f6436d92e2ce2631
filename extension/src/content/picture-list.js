// The pictures of the page as the popup and the report page know them, and the way from one verdict to the next.

import { translate } from "../shared/i18n.js";
import { isLargeEnough } from "./find-images.js";
import { readPicture, readShown, toDataUrl } from "./image-source.js";
import { findPictures } from "./page-scan.js";
import { nameOf } from "./picture.js";
import { TrackedImage } from "./tracked-image.js";
import { TrackedVideo } from "./tracked-video.js";

/** Lists what a page checker knows, and what it does not know yet. */
export class PictureList {
  #checker;
  #lastShown = /** @type {TrackedImage | null} */ (null);

  /** @param {import("./page-checker.js").PageChecker} checker */
  constructor(checker) {
    this.#checker = checker;
  }

  /** @returns {Promise<TrackedImage[]>} every picture worth a check, each once, in document order */
  async all() {
    const known = new Map(this.#checker.known().filter(({ isCurrent }) => isCurrent).map((tracked) => [tracked.image, tracked]));
    const pictures = await findPictures();
    const elements = new Set([...pictures, ...known.keys()]);
    const tracked = [...elements].map((element) => known.get(element) ?? new TrackedImage(element));
    /** @type {Map<string, TrackedImage>} */
    const byKey = new Map();
    for (const candidate of tracked) {
      const isShown = candidate.result !== null || isLargeEnough(candidate.image.getBoundingClientRect());
      // Of copies of one picture, one that has been checked.
      if (isShown && !candidate.isNothing && !byKey.get(candidate.key)?.result) byKey.set(candidate.key, candidate);
    }
    return [...byKey.values()];
  }

  /** @param {string} key scrolls to a picture and opens its panel */
  async reveal(key) {
    const tracked = (await this.all()).find((candidate) => candidate.key === key);
    if (tracked) this.#show(tracked);
  }

  /**
   * @param {string} key
   * @returns {Promise<import("../report/subject.js").PageImage>} what the report page needs to know of a picture
   * @throws {Error} when the page does not show it any more, or it cannot be read
   */
  async describe(key) {
    const alone = this.#checker.shownAlone;
    const tracked = alone?.key === key ? alone : (await this.all()).find((candidate) => candidate.key === key);
    if (!tracked) throw new Error(translate("reportPageGone"));
    const { image, result } = tracked;
    const video = tracked instanceof TrackedVideo && result?.clip ? videoVerdict(result) : null;
    const { source, copyOf } = await sourceOf(tracked);
    return { source, copyOf, pageUrl: location.href, name: nameOf(image), badge: badgeOf(result), copy: result?.copy ?? null, video };
  }

  /** @returns {Promise<boolean>} whether there was a next verdict to show; after the last one comes the first */
  async revealNext() {
    const withVerdict = (await this.all()).filter(({ result }) => result !== null);
    if (withVerdict.length === 0) return false;
    const index = withVerdict.findIndex(({ key }) => key === this.#lastShown?.key);
    this.#show(withVerdict[(index + 1) % withVerdict.length]);
    return true;
  }

  /** @param {TrackedImage} tracked */
  #show(tracked) {
    this.#lastShown = tracked;
    this.#checker.reveal(tracked);
  }
}

/**
 * @param {TrackedImage} tracked
 * @returns {Promise<Pick<import("../report/subject.js").PageImage, "source" | "copyOf">>} of what was judged: a video's frame, what
 *   was drawn off the page, or what the address gives. The first two are files of our own making, and tell nothing of the page's
 */
async function sourceOf(tracked) {
  const { image, url, result } = tracked;
  if (tracked instanceof TrackedVideo && tracked.frame) return { source: { kind: "data", dataUrl: await toDataUrl(tracked.frame) }, copyOf: "frame" };
  const shown = result?.isDrawn ? await readShown(image) : null;
  if (shown) return { source: shown, copyOf: "pixels" };
  const { source, isDrawn } = await readPicture(image, url);
  return { source, copyOf: isDrawn ? "pixels" : null };
}

/** @param {import("../shared/verdict-wording.js").Result} result @returns {import("../report/subject.js").VideoVerdict} */
function videoVerdict({ status, code, band, fakeScore, clip }) {
  return { status, code, band, fakeScore, clip };
}

/** @param {import("../shared/verdict-wording.js").Result | null} result @returns {import("../report/subject.js").PageImage["badge"]} */
function badgeOf(result) {
  return result?.band ?? (result?.status === "no_face" ? "no_face" : null);
}
