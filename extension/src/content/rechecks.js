// Checks again what is known of a page's pictures: after Back or a pause, and once hosts are allowed.

import { TrackedVideo } from "./tracked-video.js";

/** @typedef {import("./tracked-image.js").TrackedImage} TrackedImage */

/** What the user has asked for is checked again at once; the automatic waits until it may, and until a picture is seen. */
export class Rechecks {
  #checks;
  #request;
  #watch;
  #pause;

  /**
   * @param {object} parts
   * @param {import("./picture-checks.js").PictureChecks} parts.checks
   * @param {import("./result-request.js").ResultRequest} parts.request
   * @param {import("./viewport-watch.js").ViewportWatch} parts.watch
   * @param {import("./automatic-pause.js").AutomaticPause} parts.pause
   */
  constructor({ checks, request, watch, pause }) {
    this.#checks = checks;
    this.#request = request;
    this.#watch = watch;
    this.#pause = pause;
  }

  /** The user has allowed more hosts. */
  retryRefused() {
    const refused = this.#checks.known().filter(({ result }) => result?.code === "no_access");
    // What the automatic may not check now, it does when it goes on.
    for (const tracked of refused) tracked.isDue = true;
    this.#checks.recheck(refused.filter(({ wasAsked }) => wasAsked || !this.#pause.isPaused));
  }

  /**
   * The page comes back from the back/forward cache, and the background has forgotten its verdicts and dropped what waited.
   * What nobody points at any more keeps its verdict: a video, a copy of the screen.
   */
  resume() {
    this.#request.forget();
    const isReadable = (/** @type {TrackedImage} */ tracked) => !(tracked instanceof TrackedVideo) && tracked.result?.via !== "screen_copy";
    this.#checks.recheck(this.#checks.known().filter((tracked) => (tracked.result || tracked.isChecking) && isReadable(tracked)));
    this.goOn();
  }

  /** What is near or in view, and has waited for its check, is reported again. */
  goOn() {
    for (const { image, isDue, isChecking } of this.#checks.known()) {
      if (isDue && !isChecking) this.#watch.lookAgain(image);
    }
  }
}
