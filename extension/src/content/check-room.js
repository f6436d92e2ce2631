// Counts what one page has under way; what was pushed out of the queue is looked at again once there is room.

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("./tracked-image.js").TrackedImage} TrackedImage */

/** What one page has in the queue at a time, so that a page of thousands of pictures leaves room for others. */
export const MAX_UNDER_WAY = 40;

/** The checks of one page. */
export class CheckRoom {
  #watch;
  #underWay = 0;
  #dropped = /** @type {Set<TrackedImage>} */ (new Set());

  /** @param {Pick<import("./viewport-watch.js").ViewportWatch, "lookAgain">} watch */
  constructor(watch) {
    this.#watch = watch;
  }

  /**
   * @param {() => Promise<Result | null>} check must not reject
   * @returns {Promise<Result | null>}
   */
  async run(check) {
    this.#underWay += 1;
    const result = await check();
    this.#underWay -= 1;
    if (result?.code !== "busy" && this.#underWay < MAX_UNDER_WAY) this.#lookAgain();
    return result;
  }

  /** @param {TrackedImage} tracked was pushed out: it has its turn when there is room, if it is still in view, or comes into view again */
  postpone(tracked) {
    tracked.isDue = true;
    this.#dropped.add(tracked);
  }

  /** @param {TrackedImage} tracked is gone */
  forget(tracked) {
    this.#dropped.delete(tracked);
  }

  /** Nothing that is in view would be reported again by itself. */
  #lookAgain() {
    for (const { image } of this.#dropped) this.#watch.lookAgain(image);
    this.#dropped.clear();
  }
}
