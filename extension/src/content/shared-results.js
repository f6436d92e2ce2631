// The same picture many times on a page is asked for once: results by key, while they are awaited and, where wanted, after.

const MAX_KEPT = 1000;

/** @template T a result */
export class SharedResults {
  #isWorthKeeping;
  #waiting = /** @type {Map<string, {isUrgent: boolean, result: Promise<T>}>} */ (new Map());
  #kept = /** @type {Map<string, T>} */ (new Map());

  /** @param {(result: T) => boolean} isWorthKeeping what went wrong is tried again */
  constructor(isWorthKeeping) {
    this.#isWorthKeeping = isWorthKeeping;
  }

  /**
   * @param {string} key
   * @param {{isUrgent: boolean, mayBeOld: boolean}} wish isUrgent: what others wait for without hurry is asked for again, so
   *   that it moves up; mayBeOld: an earlier result will do
   * @param {() => Promise<T>} ask
   * @returns {Promise<T>}
   */
  async get(key, { isUrgent, mayBeOld }, ask) {
    const known = this.#kept.get(key);
    if (known !== undefined && mayBeOld) return known;
    const waiting = this.#waiting.get(key);
    if (waiting && (waiting.isUrgent || !isUrgent)) return waiting.result;
    const mine = { isUrgent, result: ask() };
    this.#waiting.set(key, mine);
    try {
      const result = await mine.result;
      if (this.#waiting.get(key) === mine && this.#isWorthKeeping(result)) this.#keep(key, result);
      return result;
    } finally {
      if (this.#waiting.get(key) === mine) this.#waiting.delete(key);
    }
  }

  /** @param {string} key @returns {boolean} whether its result is kept */
  has(key) {
    return this.#kept.has(key);
  }

  /** Forgets all results, also those still to come. */
  clear() {
    this.#kept.clear();
    this.#waiting.clear();
  }

  /** @param {string} key @param {T} result */
  #keep(key, result) {
    this.#kept.set(key, result);
    if (this.#kept.size > MAX_KEPT) this.#kept.delete(/** @type {string} */ (this.#kept.keys().next().value));
  }
}
