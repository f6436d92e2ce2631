// Tells the background which pictures have left the page and which have come back: the toolbar counts those that are there.

/** What is known to be on one page, from one look to the next. */
export class ShownKeys {
  #ask;
  #isRemembered;
  #shown = /** @type {Set<string>} */ (new Set());
  #gone = /** @type {Set<string>} */ (new Set());
  #underWay = /** @type {Set<{key: string}>} */ (new Set());

  /**
   * @param {object} parts
   * @param {(type: string, fields?: Record<string, unknown>) => Promise<any>} parts.ask the background
   * @param {(key: string) => boolean} parts.isRemembered whether the page remembers a verdict of the picture
   */
  constructor({ ask, isRemembered }) {
    this.#ask = ask;
    this.#isRemembered = isRemembered;
  }

  /**
   * @template T
   * @param {string} key
   * @param {Promise<T>} check of that picture: its verdict reaches the background, whether the picture is still there or not
   * @returns {Promise<T>}
   */
  async during(key, check) {
    const one = { key };
    this.#underWay.add(one);
    try {
      return await check;
    } finally {
      this.#underWay.delete(one);
    }
  }

  /** @param {import("./tracked-image.js").TrackedImage[]} known all that the page shows now, copies of one picture included */
  tell(known) {
    const shown = new Set(known.map(({ key }) => key));
    const left = [...this.#shown].filter((key) => !shown.has(key));
    // One that comes back may have its verdict without the background being asked.
    const back = [...shown].filter((key) => this.#gone.delete(key));
    for (const key of left) this.#gone.add(key);
    this.#shown = shown;
    const forgotten = this.#forget();
    const gone = left.filter((key) => this.#gone.has(key));
    // Where nobody listens nobody counts.
    if (gone.length + back.length + forgotten.length > 0) void this.#ask("page.shows", { gone, back, forgotten }).catch(() => undefined);
  }

  /** @returns {string[]} what has gone and would be checked anew if it came back: kept, it would only grow on a page that goes on for ever */
  #forget() {
    const awaited = new Set([...this.#underWay].map(({ key }) => key));
    const forgotten = [...this.#gone].filter((key) => !awaited.has(key) && !this.#isRemembered(key));
    for (const key of forgotten) this.#gone.delete(key);
    return forgotten;
  }
}
