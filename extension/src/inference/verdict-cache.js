// Remembers what was found in images, in memory only, by their content and the model that looked.

/** @typedef {import("./verdict.js").Evidence} Evidence */

// More than a long page has pictures: read again from its top, a page of more than this would find nothing. Some 2 KB each.
const MAX_ENTRIES = 2000;
const MAX_AGE_MS = 24 * 60 * 60 * 1000;

/** Least recently used out first; what is too old counts as absent. Failures are never put in. */
export class VerdictCache {
  #entries = /** @type {Map<string, {evidence: Evidence, storedAt: number}>} */ (new Map());
  #maxEntries;
  #maxAgeMs;
  #now;

  /** @param {{maxEntries?: number, maxAgeMs?: number, now?: () => number}} [options] times in milliseconds */
  constructor({ maxEntries = MAX_ENTRIES, maxAgeMs = MAX_AGE_MS, now = Date.now } = {}) {
    this.#maxEntries = maxEntries;
    this.#maxAgeMs = maxAgeMs;
    this.#now = now;
  }

  /**
   * @param {string} key
   * @returns {Evidence | undefined}
   */
  get(key) {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (this.#now() - entry.storedAt > this.#maxAgeMs) return undefined;
    this.#entries.set(key, entry);
    return entry.evidence;
  }

  /**
   * @param {string} key
   * @param {Evidence} evidence
   */
  set(key, evidence) {
    this.#entries.delete(key);
    this.#entries.set(key, { evidence, storedAt: this.#now() });
    if (this.#entries.size > this.#maxEntries) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest);
    }
  }

  /** Forgets everything. */
  clear() {
    this.#entries.clear();
  }
}
