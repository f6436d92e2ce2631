// Keeps the verdicts of each open tab, in memory and in storage.session: they are there after the worker was killed.

/** @typedef {import("./page-verdicts.js").TabVerdicts} TabVerdicts */

const PREFIX = "verdicts:";
// Between two writes, which each store all that a tab has: a browser does not stop a worker so soon after an event.
const PAUSE_MS = 500;

/** The verdicts of each tab, which the owner changes in place and has written. */
export class VerdictStore {
  #area;
  #pauseMs;
  // What is stored, by tab, once it was read: nobody else writes it.
  #tabs = /** @type {Map<number, TabVerdicts>} */ (new Map());
  #written = /** @type {Promise<unknown>} */ (Promise.resolve());
  #pause = /** @type {Promise<unknown>} */ (Promise.resolve());
  // The tabs whose write has not begun: it takes along whatever changes until then.
  #waiting = /** @type {Set<number>} */ (new Set());

  /**
   * @param {Pick<chrome.storage.StorageArea, "get" | "set" | "remove">} area normally chrome.storage.session
   * @param {number} [pauseMs] between two writes
   */
  constructor(area, pauseMs = PAUSE_MS) {
    this.#area = area;
    this.#pauseMs = pauseMs;
  }

  /**
   * @param {number} tabId
   * @returns {Promise<TabVerdicts>} empty where nothing was stored; changed in place
   */
  async read(tabId) {
    const known = this.#tabs.get(tabId);
    if (known) return known;
    const stored = await this.#area.get(PREFIX + tabId);
    const verdicts = /** @type {TabVerdicts} */ (stored[PREFIX + tabId] ?? {});
    this.#tabs.set(tabId, verdicts);
    return verdicts;
  }

  /**
   * Writes soon. A tab is written as a whole, after a pause: with each verdict, the thousandth would be a thousand times as dear
   * as the first.
   *
   * @param {number} tabId
   */
  writeSoon(tabId) {
    if (this.#waiting.has(tabId)) return;
    this.#waiting.add(tabId);
    this.#written = this.#written
      .then(() => this.#pause)
      .then(() => {
        this.#waiting.delete(tabId);
        this.#pause = new Promise((resolve) => setTimeout(resolve, this.#pauseMs));
        return this.writeNow(tabId);
      });
  }

  /** @param {number} tabId is written at once; without anything known, what is stored is removed */
  async writeNow(tabId) {
    const verdicts = this.#tabs.get(tabId) ?? {};
    try {
      if (Object.keys(verdicts).length === 0) await this.#area.remove(PREFIX + tabId);
      else await this.#area.set({ [PREFIX + tabId]: verdicts });
    } catch (error) {
      // The storage is full, say: what is known counts all the same, for as long as this worker runs.
      console.error("The verdicts of a tab were not stored:", error);
    }
  }

  /** @param {number} tabId of which nothing is known any more */
  clear(tabId) {
    this.#tabs.set(tabId, {});
  }

  /** @returns {Promise<number[]>} the tabs of which something is known, or stored: this worker may have been asked of none yet */
  async tabs() {
    const names = Object.keys(await this.#area.get(null)).filter((name) => name.startsWith(PREFIX));
    return [...new Set([...this.#tabs.keys(), ...names.map((name) => Number(name.slice(PREFIX.length)))])];
  }
}
