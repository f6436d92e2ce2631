// The same picture many times on a page is asked for once: results by key, while they are awaited and, where wanted, after.

const MAX_KEPT = 1000;

/** @template T a result */
export class SharedResults {
  #isWorthKeeping;
  #waiting = /** @type {Map<string, {wish: {isUrgent: boolean}, result: Promise<T>}>} */ (new Map());
  #kept = /** @type {Map<string, T>} */ (new Map());

  /** @param {(result: T) => boolean} isWorthKeeping what went wrong is tried again */
  constructor(isWorthKeeping) {
    this.#isWorthKeeping = isWorthKeeping;
  }

  /**
   * @param {string} key
   * @param {{isUrgent: boolean, mayBeOld: boolean}} wish mayBeOld: an earlier result will do
   * @param {(wish: {isUrgent: boolean}) => Promise<T>} ask is told of a hurry that comes before it has asked
   * @param {() => void} hurry lets what was asked for move up; asked for again it would be read again where an answer is on its way
   * @returns {Promise<T>}
   */
  async get(key, { isUrgent, mayBeOld }, ask, hurry) {
    const known = this.#kept.get(key);
    if (known !== undefined && mayBeOld) return known;
    const waiting = this.#waiting.get(key);
    if (waiting) {
      if (isUrgent && !waiting.wish.isUrgent) {
        waiting.wish.isUrgent = true;
        hurry();
      }
      return waiting.result;
    }
    const wish = { isUrgent };
    const mine = { wish, result: ask(wish) };
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
