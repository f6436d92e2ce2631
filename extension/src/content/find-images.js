// Which images of a page are worth a check, and where their bytes come from.

/** Images shown or stored smaller than this on a side, in pixels, hold no face that can be judged. */
export const MIN_SIDE = 48;
const MAX_KEY_LENGTH = 2000;

/** @typedef {"url" | "data" | "blob"} SourceKind */

/**
 * @param {string} url of an image, absolute
 * @returns {SourceKind | null} null for what holds no photograph or cannot be read
 */
export function sourceKindOf(url) {
  if (/^data:image\/svg/i.test(url) || /^https?:[^?#]*\.svg([?#]|$)/i.test(url)) return null;
  if (/^https?:\/\//i.test(url)) return "url";
  if (/^data:image\//i.test(url)) return "data";
  return /^blob:/i.test(url) ? "blob" : null;
}

/**
 * @param {{width: number, height: number}} size pixels
 * @returns {boolean} large enough to hold a face
 */
export function isLargeEnough({ width, height }) {
  return Math.min(width, height) >= MIN_SIDE;
}

/**
 * @param {string} url
 * @returns {string} names the image within its page; short also for a data: URL
 */
export function imageKeyOf(url) {
  if (url.length <= MAX_KEY_LENGTH) return url;
  // FNV-1a over the whole text: two images that differ anywhere get different keys.
  let hash = 0x811c9dc5;
  for (let index = 0; index < url.length; index += 1) hash = Math.imul(hash ^ url.charCodeAt(index), 0x01000193);
  return `${url.slice(0, 64)}#${url.length}-${(hash >>> 0).toString(16)}`;
}

/**
 * @param {HTMLImageElement} image
 * @returns {"loading" | "broken" | "unfit" | "fit"} by what it has loaded; its size on the page is not looked at
 */
export function fitnessOf(image) {
  const url = image.currentSrc || image.src;
  if (!image.complete) return "loading";
  if (!url || sourceKindOf(url) === null) return "unfit";
  // A lazy image counts as complete before its turn, without a size, as a broken one does.
  if (image.naturalWidth === 0) return image.loading === "lazy" ? "loading" : "broken";
  return isLargeEnough({ width: image.naturalWidth, height: image.naturalHeight }) ? "fit" : "unfit";
}

/**
 * @param {Document | ShadowRoot} root
 * @returns {(Document | ShadowRoot)[]} it and every open shadow root inside it
 */
export function findRoots(root) {
  const hosts = [...root.querySelectorAll("*")].filter(({ shadowRoot }) => shadowRoot);
  return [root, ...hosts.flatMap((host) => findRoots(/** @type {ShadowRoot} */ (host.shadowRoot)))];
}

/**
 * @param {(Document | ShadowRoot)[]} roots
 * @returns {HTMLImageElement[]} all images of the page
 */
export function imagesOf(roots) {
  return roots.flatMap((root) => [...root.querySelectorAll("img")]);
}
