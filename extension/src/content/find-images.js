// Which pictures of a page are worth a check, and where in the page to look for them.

/** Images shown or stored smaller than this on a side, in pixels, hold no face that can be judged. */
export const MIN_SIDE = 48;

/** @typedef {Document | ShadowRoot} Root */
/** @typedef {"url" | "data" | "blob"} SourceKind */

/**
 * @param {string} url of an image, absolute
 * @returns {SourceKind | null} null for what holds no photograph or cannot be read
 */
export function sourceKindOf(url) {
  if (/^data:image\/svg/i.test(url) || /^https?:[^?#]*\.svg([?#]|$)/i.test(url)) return null;
  if (/^https?:\/\//i.test(url)) return URL.canParse(url) ? "url" : null;
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
 * Lazily, so that whoever walks a large page can pause.
 *
 * @param {Root | Element} top
 * @returns {Generator<Element>} it and all elements inside it, those in open shadow roots included
 */
export function* walk(top) {
  if (top instanceof Element) {
    yield top;
    if (top.shadowRoot) yield* walk(top.shadowRoot);
  }
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_ELEMENT);
  while (walker.nextNode()) {
    const element = /** @type {Element} */ (walker.currentNode);
    yield element;
    if (element.shadowRoot) yield* walk(element.shadowRoot);
  }
}
