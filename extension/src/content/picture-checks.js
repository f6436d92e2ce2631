// The pictures of a document that are known, each with its check and its badge.

import { withSensitivity } from "../shared/bands.js";
import { CheckRoom, MAX_UNDER_WAY } from "./check-room.js";
import { isLargeEnough } from "./find-images.js";
import { takeTurns } from "./idle-slices.js";
import { TrackedImage } from "./tracked-image.js";
import { TrackedVideo } from "./tracked-video.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("./result-request.js").CheckOptions} CheckOptions */
/** @typedef {import("./overlay.js").Overlay} Overlay */
/** @typedef {import("./viewport-watch.js").ViewportWatch} ViewportWatch */

/** From an element to what is tracked of it, and from a check to its badge. */
export class PictureChecks {
  #tracked = /** @type {Map<Element, TrackedImage>} */ (new Map());
  #overlay;
  #watch;
  #resultOf;
  #room;
  /** @type {import("../shared/settings.js").Settings["badges"]} */
  badgesWanted = "all";
  /** @type {import("../shared/settings.js").Settings["sensitivity"]} */
  sensitivity = "automatic";

  /**
   * @param {object} parts
   * @param {Overlay} parts.overlay
   * @param {ViewportWatch} parts.watch
   * @param {(tracked: TrackedImage, options: CheckOptions) => Promise<Result | null>} parts.resultOf null: dropped, with the page or until the automatic goes on
   */
  constructor({ overlay, watch, resultOf }) {
    this.#overlay = overlay;
    this.#watch = watch;
    this.#resultOf = resultOf;
    this.#room = new CheckRoom(watch);
  }

  get size() {
    return this.#tracked.size;
  }

  /** @returns {TrackedImage[]} what has been seen so far */
  known() {
    return [...this.#tracked.values()];
  }

  /** @param {Element} image @returns {TrackedImage | undefined} */
  of(image) {
    return this.#tracked.get(image);
  }

  /**
   * @param {Element} image
   * @returns {TrackedImage} of what the element shows now
   */
  track(image) {
    const known = this.#tracked.get(image);
    return known?.isCurrent ? known : this.#add(new TrackedImage(image));
  }

  /**
   * @param {HTMLVideoElement} video
   * @returns {TrackedImage} of what it plays now, in place of its poster
   */
  trackVideo(video) {
    const known = this.#tracked.get(video);
    return known instanceof TrackedVideo && known.isCurrent ? known : this.#add(new TrackedVideo(video));
  }

  /** @param {TrackedImage} tracked takes the place of what was known of its element */
  #add(tracked) {
    const known = this.#tracked.get(tracked.image);
    if (known) this.forget(known);
    this.#tracked.set(tracked.image, tracked);
    this.#watch.watch(tracked.image);
    return tracked;
  }

  /** @param {TrackedImage} tracked */
  forget(tracked) {
    this.#tracked.delete(tracked.image);
    this.#room.forget(tracked);
    this.#watch.unwatch(tracked.image);
    this.#overlay.remove(tracked);
  }

  /** Forgets what elements do not show any more. */
  prune() {
    for (const element of this.#tracked.keys()) this.pruneOne(element);
  }

  /** @param {Element} element whose picture, if one is known, is forgotten if it shows another one now */
  pruneOne(element) {
    const tracked = this.#tracked.get(element);
    if (tracked && !tracked.isCurrent) this.forget(tracked);
  }

  /** Forgets everything; the badges go with the overlay. */
  clear() {
    this.#tracked.clear();
  }

  /**
   * @param {TrackedImage} tracked
   * @param {Partial<CheckOptions>} options
   */
  async check(tracked, { wasAsked = false, screenCopy = false, isVisible = false }) {
    const turn = tracked.begin({ wasAsked, isVisible });
    this.render(tracked);
    const result = await this.#room.run(() => this.#resultOf(tracked, { wasAsked, screenCopy, isVisible }));
    // Pushed out by others: what was known stands.
    const isDropped = result?.code === "busy" && (tracked.result !== null || !wasAsked);
    const kept = isDropped ? tracked.result : result;
    // Meanwhile the image may have changed, or the user may have asked for another check.
    this.pruneOne(tracked.image);
    if (!tracked.finish(turn, kept) || this.#tracked.get(tracked.image) !== tracked) return;
    // A copy of the screen is taken of what the user points at, and not of what is seen again.
    if (isDropped && !screenCopy) this.#room.postpone(tracked);
    this.render(tracked);
    if (wasAsked || tracked.result?.band === "likely_fake") this.#overlay.announce(tracked);
  }

  /** Checks every picture that is known because the user asked for the page, what is in view first; videos are asked for one by one. */
  checkAll() {
    const pictures = this.known().filter((tracked) => !(tracked instanceof TrackedVideo) && isLargeEnough(tracked.image.getBoundingClientRect()));
    for (const tracked of pictures) tracked.isWaiting = true;
    this.#checkInTurns(pictures, () => true);
  }

  /** @param {TrackedImage[]} pictures are checked again, those in view first: as somebody asked, or as the automatic does */
  recheck(pictures) {
    this.#checkInTurns(pictures, ({ wasAsked }) => wasAsked);
  }

  /**
   * @param {TrackedImage[]} pictures
   * @param {(tracked: TrackedImage) => boolean} isAsked
   */
  #checkInTurns(pictures, isAsked) {
    const checks = pictures.map((tracked) => ({ tracked, isVisible: isInView(tracked.image) }));
    const inOrder = checks.sort((a, b) => Number(b.isVisible) - Number(a.isVisible));
    void takeTurns(inOrder, MAX_UNDER_WAY, async ({ tracked, isVisible }) => {
      // The page may have taken it away before its turn.
      if (this.#tracked.get(tracked.image) === tracked) await this.check(tracked, { wasAsked: isAsked(tracked), isVisible });
    });
  }

  /** @param {TrackedImage} tracked is shown as the settings want it now */
  render(tracked) {
    tracked.result &&= withSensitivity(tracked.result, this.sensitivity);
    const { wasAsked, result, isChecking } = tracked;
    const isWanted = this.badgesWanted === "all" || result?.band === "likely_fake";
    if ((isChecking || result) && (wasAsked || isWanted) && !tracked.isNothing) this.#overlay.show(tracked);
    else this.#overlay.remove(tracked);
  }
}

/** @param {Element} element */
function isInView(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}
