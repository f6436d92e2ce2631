// The small picture in a row of the popup's list.

import { createElement } from "../shared/dom.js";

const SIDE = 88;

/**
 * @param {import("./page-connection.js").PageImage} image
 * @param {boolean} isPrivate kept in no cache
 * @returns {HTMLElement}
 */
export function createThumbnail(image, isPrivate) {
  const thumbnail = createElement("span", { class: "thumbnail" });
  if (image.thumbnail) setPicture(thumbnail, image.thumbnail);
  else if (image.url) fetchWhenSeen(thumbnail, image.url, isPrivate);
  return thumbnail;
}

/**
 * @param {HTMLElement} thumbnail
 * @param {string} url of the image: a long list is not fetched as a whole
 * @param {boolean} isPrivate
 */
function fetchWhenSeen(thumbnail, url, isPrivate) {
  const observer = new IntersectionObserver(([{ isIntersecting }]) => {
    if (!isIntersecting) return;
    observer.disconnect();
    void fetchPicture(url, isPrivate).then((dataUrl) => dataUrl && setPicture(thumbnail, dataUrl));
  });
  observer.observe(thumbnail);
}

/**
 * @param {HTMLElement} thumbnail
 * @param {string} url data: URL
 */
function setPicture(thumbnail, url) {
  const { style } = thumbnail;
  style.backgroundImage = `url("${url}")`;
}

/**
 * Reads the page's own image once more, from the browser's cache where that is fresh and without cookies.
 *
 * @param {string} url
 * @param {boolean} isPrivate kept in no cache
 * @returns {Promise<string | null>} data: URL; null when it may not be read
 */
async function fetchPicture(url, isPrivate) {
  try {
    const response = await fetch(url, { credentials: "omit", cache: isPrivate ? "no-store" : "default" });
    const bitmap = await createImageBitmap(await response.blob());
    const scale = SIDE / Math.min(bitmap.width, bitmap.height);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    canvas.getContext("2d")?.drawImage(bitmap, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
    bitmap.close();
    return canvas.toDataURL("image/jpeg", 0.8);
  } catch {
    return null;
  }
}
