// What the content script knows of one video of the page.

import { imageKeyOf } from "./image-key.js";
import { TrackedImage } from "./tracked-image.js";

const numbers = /** @type {WeakMap<object, number>} */ (new WeakMap());
let lastNumber = 0;

/** A video element with what it plays; another source makes a new one. */
export class TrackedVideo extends TrackedImage {
  /** The frame that the report shows: that in which the face that decides scored highest. @type {Blob | null} */
  frame = null;

  /** @param {HTMLVideoElement} video */
  constructor(video) {
    super(video, addressOf(video) ?? "");
    this.video = video;
    this.key = `video ${imageKeyOf(this.url)}`;
  }

  get isCurrent() {
    return this.video.isConnected && addressOf(this.video) === this.url;
  }
}

/**
 * @param {Element} element
 * @returns {element is HTMLVideoElement} one that has something to play, and not only a poster
 */
export function isPlayable(element) {
  return element instanceof HTMLVideoElement && addressOf(element) !== null;
}

/** @param {HTMLVideoElement} video @returns {string | null} what it plays */
function addressOf({ srcObject, currentSrc, src }) {
  return srcObject ? `stream:${nameOf(srcObject)}` : currentSrc || src || null;
}

/**
 * @param {MediaProvider} played without an address
 * @returns {string} another one where a tile of a call shows another person: by another stream, or by another track of the same
 */
function nameOf(played) {
  if (played instanceof MediaStream) return [played, ...played.getVideoTracks()].map(({ id }) => id).join(" ");
  const number = numbers.get(played) ?? (lastNumber += 1);
  numbers.set(played, number);
  return String(number);
}
