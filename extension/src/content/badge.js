// One badge: a small labelled button at the corner of an image.

import { createElement, createIcon } from "../shared/dom.js";
import { formatScore, labelOf, stateOf } from "../shared/verdict-wording.js";
import { HOST_NAME } from "./host-name.js";
import { intersect, placeOf } from "./image-geometry.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("../shared/verdict-wording.js").State} State */
/** @typedef {import("./image-geometry.js").Rect} Rect */

const INSET = 6;
// Narrower images have no room for the words; they are told by the icon, and in full on hover and focus.
const MIN_WIDTH_FOR_WORDS = 150;
/** @type {ReadonlySet<State>} What the user did not ask for and need not read at a glance. */
const QUIET_STATES = new Set(["checking", "no_face", "face_too_small", "failed"]);
const MAX_ADDRESS_LENGTH = 200;

/** The badge of one image. */
export class Badge {
  #image;
  #translate;
  #isQuiet = false;
  #imageSize = /** @type {{width: number, height: number} | undefined} */ (undefined);
  #lastPlace = "";

  /**
   * @param {Element} image
   * @param {import("../shared/i18n.js").Translate} translate
   * @param {() => void} onOpen
   */
  constructor(image, translate, onOpen) {
    this.#image = image;
    this.#translate = translate;
    this.element = createElement("button", { class: "badge", type: "button", "aria-haspopup": "dialog" });
    this.element.hidden = true; // until its place is known
    this.element.addEventListener("click", (event) => {
      // The image may be a link: only the badge was meant.
      event.preventDefault();
      event.stopPropagation();
      onOpen();
    });
  }

  /**
   * @param {Result | null} result null while it is being checked
   * @param {{wasAsked: boolean, url: string}} image wasAsked: the user wants to read every state of it
   */
  show(result, { wasAsked, url }) {
    const state = stateOf(result);
    const label = labelOf(state, this.#translate);
    this.#imageSize = result?.via === "screen_copy" ? undefined : result?.imageSize;
    this.#isQuiet = !wasAsked && QUIET_STATES.has(state);
    const { dataset } = this.element;
    dataset.state = state;
    dataset.image = url.slice(0, MAX_ADDRESS_LENGTH);
    if (result?.fakeScore === undefined) delete dataset.score;
    else dataset.score = result.fakeScore.toFixed(4);
    const score = result?.fakeScore === undefined ? "" : this.#translate("badgeScore", formatScore(result.fakeScore));
    this.element.setAttribute("aria-label", [this.#translate("badgeLabel", label), score].filter(Boolean).join(" "));
    this.element.replaceChildren(createIcon(state), createElement("span", { class: "words" }, [label]));
    this.#lastPlace = "";
  }

  /**
   * Reads where the badge belongs; nothing is written, so that many badges cost one layout.
   *
   * @param {Rect} view the visible part of the page, CSS pixels of the viewport
   * @returns {{x: number, y: number, width: number} | null} null when the image is not to be seen
   */
  measure(view) {
    if (!this.#image.isConnected) return null;
    const { box, pixels } = placeOf(this.#image, this.#imageSize);
    const seen = intersect(intersect(box, pixels), view);
    if (seen.width < INSET * 3 || seen.height < INSET * 3) return null;
    return isCovered(this.#image, seen) ? null : { x: seen.x + INSET, y: seen.y + INSET, width: seen.width };
  }

  /**
   * @param {{x: number, y: number, width: number} | null} place as measured
   * @param {{x: number, y: number}} origin of the overlay, CSS pixels of the viewport
   */
  move(place, origin) {
    const isCompact = place !== null && (this.#isQuiet || place.width < MIN_WIDTH_FOR_WORDS);
    const next = place ? `${Math.round(place.x - origin.x)}px, ${Math.round(place.y - origin.y)}px` : "hidden";
    if (`${next} ${isCompact}` === this.#lastPlace) return;
    this.#lastPlace = `${next} ${isCompact}`;
    this.element.hidden = place === null;
    this.element.classList.toggle("compact", isCompact);
    if (place) this.element.style.transform = `translate(${next})`;
  }
}

/**
 * @param {Element} image
 * @param {Rect} seen its visible part
 * @returns {boolean} whether a fixed header, a dialog or the like lies over it; a link or a caption does not count
 */
function isCovered(image, seen) {
  /** @type {[number, number]} */
  const point = [seen.x + seen.width / 2, seen.y + Math.min(seen.height / 2, INSET * 3)];
  const isOurs = (/** @type {Element | null} */ element) => element?.localName === HOST_NAME;
  let top = document.elementFromPoint(...point);
  // The whole stack is costly, and its garbage stays for long: it is asked for where a badge of ours lies in the way.
  if (isOurs(top)) top = document.elementsFromPoint(...point).find((element) => !isOurs(element)) ?? null;
  for (let element = top; element && !containsAcrossRoots(element, image); element = element.parentElement) {
    if (element.localName === "dialog" || /^(fixed|sticky)$/.test(getComputedStyle(element).position)) return true;
  }
  return false;
}

/** @param {Element} element @param {Element} image @returns {boolean} also where the image lies in a shadow root inside the element */
function containsAcrossRoots(element, image) {
  if (element.contains(image)) return true;
  const root = image.getRootNode();
  return root instanceof ShadowRoot && containsAcrossRoots(element, root.host);
}
