// What the content script knows of one video of the page.

import { imageKeyOf } from "./find-images.js";
import { TrackedImage } from "./tracked-image.js";

const streams = /** @type {WeakMap<HTMLVideoElement, string>} */ (new WeakMap());
let lastStream = 0;

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

/** @param {HTMLVideoElement} video @returns {string | null} what it plays; a stream without an address is named by number */
function addressOf(video) {
  if (!video.srcObject) return video.currentSrc || video.src || null;
  const known = streams.get(video) ?? `stream:${(lastStream += 1)}`;
  streams.set(video, known);
  return known;
}
