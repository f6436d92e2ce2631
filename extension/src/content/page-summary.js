// Lists the images of the page for the popup, with thumbnails where the page may read them.

import { isForeign } from "./image-source.js";
import { nameOf } from "./picture.js";
import { TrackedVideo } from "./tracked-video.js";

/** @typedef {import("./tracked-image.js").TrackedImage} TrackedImage */

const THUMBNAIL_SIDE = 96;
// The list is asked for again and again: with the thumbnails of thousands, sending it would hold up the page.
const MAX_THUMBNAILS = 150;
// Longer work at a stretch would be felt by whoever scrolls the page.
const MAX_STRETCH_MS = 8;

/** Draws each thumbnail once. */
export class PageSummary {
  #thumbnails = /** @type {WeakMap<Element, {url: string, thumbnail: string | null}>} */ (new WeakMap());

  /**
   * @param {TrackedImage[]} images
   * @returns {Promise<object[]>} each as the popup's PageImage, without its frame
   */
  async of(images) {
    const summaries = [];
    let startedAt = performance.now();
    for (const tracked of images) {
      if (performance.now() - startedAt > MAX_STRETCH_MS) {
        await new Promise((resolve) => setTimeout(resolve));
        startedAt = performance.now();
      }
      summaries.push(this.#summarise(tracked, summaries.length < MAX_THUMBNAILS));
    }
    return summaries;
  }

  /** @param {TrackedImage} tracked @param {boolean} hasThumbnail */
  #summarise(tracked, hasThumbnail) {
    const { image, key, url, result, isChecking, isWaiting } = tracked;
    // The maps, the copy of the screen and the thresholds are large, and the list has no use for them.
    const faces = result?.faces?.map((face) => ({ ...face, anomalyMap: undefined }));
    return {
      key,
      // A long data: URL is shown by its thumbnail; a video's address is that of no picture.
      url: url.startsWith("http") && !(tracked instanceof TrackedVideo) ? url : "",
      name: nameOf(image),
      thumbnail: hasThumbnail ? this.#thumbnailOf(image, url) : null,
      result: result && { ...result, faces, copy: undefined, operatingPoints: undefined },
      isChecking: isChecking || isWaiting,
    };
  }

  /**
   * @param {Element} image
   * @param {string} url
   */
  #thumbnailOf(image, url) {
    const known = this.#thumbnails.get(image);
    if (known?.url === url) return known.thumbnail;
    const thumbnail = isForeign(url) ? null : drawThumbnail(image);
    this.#thumbnails.set(image, { url, thumbnail });
    return thumbnail;
  }
}

/**
 * @param {Element} image
 * @returns {string | null} a small square copy as a data: URL; null for what a page may not read, and for what cannot be drawn
 */
function drawThumbnail(image) {
  if (!(image instanceof HTMLImageElement || image instanceof HTMLCanvasElement)) return null;
  const size = image instanceof HTMLImageElement ? { width: image.naturalWidth, height: image.naturalHeight } : image;
  const scale = THUMBNAIL_SIDE / Math.max(1, Math.min(size.width, size.height));
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = THUMBNAIL_SIDE;
  const [width, height] = [size.width * scale, size.height * scale];
  try {
    canvas.getContext("2d")?.drawImage(image, (THUMBNAIL_SIDE - width) / 2, (THUMBNAIL_SIDE - height) / 2, width, height);
    return canvas.toDataURL("image/jpeg", 0.8);
  } catch {
    return null; // of another site: an image that was redirected, a canvas that it was painted on
  }
}
