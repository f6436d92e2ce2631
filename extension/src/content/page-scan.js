// Looks for pictures where the page has changed: in idle slices, and for a small share of the time at most.

import { walk } from "./find-images.js";
import { inIdleSlices } from "./idle-slices.js";
import { pictureOf } from "./picture.js";

/** @typedef {import("./find-images.js").Root} Root */
/**
 * @typedef {object} ScanListener
 * @property {(element: Element) => void} onPicture an element that shows a picture fit for a check
 * @property {(root: ShadowRoot) => void} onRoot an open shadow root, seen for the first time
 * @property {() => void} onDone everything asked for has been looked at
 */

// After work of 20 ms the next look waits 200 ms: a page that changes without end costs a tenth of the time at most.
const REST_FACTOR = 10;
const MAX_REST_MS = 5000;
/** With more places than this to look at, the whole page is one place. */
const MAX_PLACES = 500;
// A shadow root that is attached to an old element changes nothing that can be observed: elements are asked now and then,
// and less and less often where the page rests.
const SWEEP_MS = 2000;
const MAX_SWEEP_MS = 32_000;

/** Scans one document. */
export class PageScan {
  #listener;
  #places = /** @type {Set<Root | Element>} */ (new Set());
  #roots = /** @type {WeakSet<ShadowRoot>} */ (new WeakSet());
  #abort = new AbortController();
  #running = /** @type {Promise<void> | null} */ (null);
  #notBefore = 0;
  #wake = () => {};
  #sweepTimer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  #sweepMs = SWEEP_MS;

  /** @param {ScanListener} listener */
  constructor(listener) {
    this.#listener = listener;
    document.addEventListener("visibilitychange", () => this.#sweepIn(SWEEP_MS), { signal: this.#abort.signal });
    this.#sweepIn(SWEEP_MS);
  }

  /** @param {Root | Element | null} place that may show other pictures now; null: only `onDone` is wanted */
  request(place) {
    if (place === null) {
      this.#running ??= this.#run();
      return;
    }
    if (this.#places.size >= MAX_PLACES) {
      this.#places.clear();
      this.#places.add(document);
    } else {
      this.#places.add(place);
    }
    this.#running ??= this.#run();
    if (this.#sweepMs > SWEEP_MS) this.#sweepIn(SWEEP_MS);
  }

  /** @returns {Promise<void>} once the whole page has been looked at anew, without a rest before */
  async complete() {
    const isUnderWay = this.#running !== null;
    this.request(document);
    await this.#hurry();
    if (isUnderWay) await this.#hurry();
  }

  /** Stops for good. */
  stop() {
    this.#abort.abort();
    clearTimeout(this.#sweepTimer);
  }

  #hurry() {
    this.#notBefore = 0;
    this.#wake();
    return this.#running;
  }

  async #run() {
    const hurry = new Promise((resolve) => (this.#wake = () => resolve(undefined)));
    await Promise.race([hurry, this.#rest()]);
    const places = [...this.#places];
    this.#places.clear();
    const worked = await inIdleSlices(elementsOf(places), (element) => this.#visit(element), this.#abort.signal);
    this.#notBefore = performance.now() + Math.min(MAX_REST_MS, worked * REST_FACTOR);
    this.#running = null;
    this.#listener.onDone();
    if (this.#places.size > 0) this.#running ??= this.#run();
  }

  /** Until the next look is due; not in a tab behind others, where nothing is to be seen, however often the page changes. */
  async #rest() {
    const rest = this.#notBefore - performance.now();
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    if (!document.hidden) return;
    const { signal } = this.#abort;
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true, signal }));
  }

  /** @param {Element} element */
  #visit(element) {
    try {
      this.#noteRoot(element);
      if (pictureOf(element)?.fitness === "fit") this.#listener.onPicture(element);
    } catch (error) {
      // A page can build an element that cannot even be asked; the others are looked at all the same.
      console.warn("An element of the page was left out:", error);
    }
  }

  /** @param {Element} element @returns {ShadowRoot | null} its root, if it was not known */
  #noteRoot({ shadowRoot }) {
    if (!shadowRoot || this.#roots.has(shadowRoot)) return null;
    this.#roots.add(shadowRoot);
    this.#listener.onRoot(shadowRoot);
    return shadowRoot;
  }

  async #sweep() {
    const visit = (/** @type {Element} */ element) => {
      const found = this.#noteRoot(element);
      if (found) this.request(found);
    };
    await inIdleSlices(walk(document), visit, this.#abort.signal);
    this.#sweepIn(Math.min(MAX_SWEEP_MS, 2 * this.#sweepMs));
  }

  /** @param {number} ms not in a tab behind others, which sweeps when it comes to the front */
  #sweepIn(ms) {
    clearTimeout(this.#sweepTimer);
    if (document.hidden) return;
    this.#sweepMs = ms;
    this.#sweepTimer = setTimeout(() => void this.#sweep(), ms);
  }
}

/** @returns {Promise<Element[]>} all elements of the page that show a picture fit for a check, in document order */
export async function findPictures() {
  /** @type {Element[]} */
  const found = [];
  const scan = new PageScan({ onPicture: (element) => found.push(element), onRoot: () => undefined, onDone: () => undefined });
  await scan.complete();
  scan.stop();
  return found;
}

/** @param {(Root | Element)[]} places @returns {Generator<Element>} of those that are still on the page */
function* elementsOf(places) {
  for (const place of places) {
    if (place.isConnected) yield* walk(place);
  }
}
