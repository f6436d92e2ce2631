// Outlines the faces of the image whose panel is open.

import { createElement } from "../shared/dom.js";
import { boxOnPage, intersect, partOf, placeOf } from "./image-geometry.js";

/** @typedef {import("./tracked-image.js").TrackedImage} TrackedImage */

// The picture's badge lies over so much of its top: a face's number has no place above the face there.
const BADGE_REACH = 50;

/** Boxes over one image at a time. */
export class FaceOutlines {
  #tracked = /** @type {TrackedImage | null} */ (null);
  element = createElement("div", { class: "outlines", "aria-hidden": "true" });

  /** @param {TrackedImage | null} tracked null removes the outlines */
  show(tracked) {
    this.#tracked = tracked;
    const faces = tracked?.result?.faces ?? [];
    const boxes = faces.map((face, index) => {
      const label = createElement("span", { class: "outline-label" }, [String(index + 1)]);
      return createElement("div", { class: "outline", "data-state": face.band ?? "face_too_small" }, faces.length > 1 ? [label] : []);
    });
    this.element.replaceChildren(...boxes);
  }

  /** @param {number | null} index of the face to be shown stronger */
  emphasise(index) {
    [...this.element.children].forEach((box, position) => box.classList.toggle("strong", position === index));
  }

  /** @param {{x: number, y: number}} origin of the overlay, CSS pixels of the viewport */
  place(origin) {
    const { image, result, screenPart } = this.#tracked ?? {};
    if (!image?.isConnected || !result?.imageSize) return;
    // A copy of the screen was cut from the box; the bytes say how large the picture is, and so how it lies in the box.
    const { box, pixels } = placeOf(image, result.via === "screen_copy" ? undefined : result.imageSize);
    const place = result.via === "screen_copy" && screenPart ? partOf(screenPart, pixels) : pixels;
    const { imageSize, faces = [] } = result;
    const top = Math.max(0, box.y, pixels.y);
    faces.forEach((face, index) => {
      // Cut at the box: what lies beyond it (object-fit: cover) is not shown, and other things of the page are.
      const rect = intersect(boxOnPage(face.boxXyxy, imageSize, place), box);
      const outline = /** @type {HTMLElement} */ (this.element.children[index]);
      outline.classList.toggle("low", rect.y - top < BADGE_REACH);
      const { style } = outline;
      style.transform = `translate(${Math.round(rect.x - origin.x)}px, ${Math.round(rect.y - origin.y)}px)`;
      style.width = `${Math.round(rect.width)}px`;
      style.height = `${Math.round(rect.height)}px`;
      style.display = rect.width && rect.height ? "" : "none";
    });
  }
}
