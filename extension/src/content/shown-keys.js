// Tells the background which pictures have left the page and which have come back: the toolbar counts those that are there.

/** What is known to be on one page, from one look to the next. */
export class ShownKeys {
  #ask;
  #shown = /** @type {Set<string>} */ (new Set());
  #gone = /** @type {Set<string>} */ (new Set());

  /** @param {(type: string, fields?: Record<string, unknown>) => Promise<any>} ask the background */
  constructor(ask) {
    this.#ask = ask;
  }

  /** @param {import("./tracked-image.js").TrackedImage[]} known all that the page shows now, copies of one picture included */
  tell(known) {
    const shown = new Set(known.map(({ key }) => key));
    const gone = [...this.#shown].filter((key) => !shown.has(key));
    // One that comes back may have its verdict without the background being asked.
    const back = [...shown].filter((key) => this.#gone.delete(key));
    for (const key of gone) this.#gone.add(key);
    this.#shown = shown;
    // Where nobody listens nobody counts.
    if (gone.length + back.length > 0) void this.#ask("page.shows", { gone, back }).catch(() => undefined);
  }
}
