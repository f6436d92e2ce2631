// The square over the picture while a face is marked: it follows pointer, touch and keys.

import { createElement } from "../shared/dom.js";
import { centreOf, drawn, grown, moved, stepOf } from "./mark-square.js";

/** @typedef {import("./mark-square.js").Square} Square */
/** @typedef {import("./mark-square.js").Point} Point */

// A pointer that stays as near as this was not meant to drag. CSS pixels.
const SLACK = 4;
/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } };
/** Of each corner, where it lies: 0 at the square's left or top, 1 at its right or bottom. */
const CORNERS = [[0, 0], [1, 0], [0, 1], [1, 1]];

/** Lies over the picture, and is as large. */
export class MarkSurface {
  #bounds;
  #square;
  #onChange;
  #onEnter;
  #box;
  /** Of a press: where it began, on the screen and in the picture, and what it does. */
  #press = /** @type {{pointerId: number, x: number, y: number, isDrag: boolean, before: Square, drag: (to: Point) => Square, tap: Square} | null} */ (null);

  /**
   * @param {Square} square to begin with
   * @param {import("./mark-square.js").Bounds} bounds
   * @param {{name: string, description: string}} words description: ids of the elements that say what the keys do
   * @param {{onChange: (square: Square) => void, onEnter: () => void}} listeners
   */
  constructor(square, bounds, { name, description }, { onChange, onEnter }) {
    this.#bounds = bounds;
    this.#square = square;
    this.#onChange = onChange;
    this.#onEnter = onEnter;
    const handles = CORNERS.map(([right, bottom]) => createElement("span", { class: "handle", "data-right": String(right), "data-bottom": String(bottom) }));
    // An application: its arrow keys are its own, and no screen reader's.
    this.#box = createElement("div", { class: "square", role: "application", tabindex: "0", "aria-label": name, "aria-describedby": description }, handles);
    this.element = createElement("div", { class: "mark-surface" }, [createElement("div", { class: "shade" }, [createElement("span")]), this.#box]);
    this.#box.addEventListener("keydown", (event) => this.#handleKey(event));
    this.element.addEventListener("pointerdown", (event) => this.#begin(event));
    this.element.addEventListener("pointermove", (event) => this.#follow(event));
    this.element.addEventListener("pointerup", (event) => this.#end(event));
    // After pointerup there is nothing left to end; without it (a menu opened, a gesture of the browser) the drag is undone.
    this.element.addEventListener("lostpointercapture", (event) => this.#end(event));
    this.#draw();
  }

  get square() {
    return this.#square;
  }

  /** Whoever uses the keyboard goes on at the square. */
  focus() {
    this.#box.focus({ preventScroll: true });
  }

  /** @param {1 | -1} direction larger or smaller, by a step on each side */
  resize(direction) {
    this.#change(grown(this.#square, 2 * direction * stepOf(this.#square), this.#bounds));
  }

  /** @param {Point} direction */
  #move(direction) {
    const step = stepOf(this.#square);
    this.#change(moved(this.#square, { x: direction.x * step, y: direction.y * step }, this.#bounds));
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    const { key } = event;
    // Those belong to the browser: Ctrl and plus enlarges the page.
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[key];
    // Held since it began the marking, it would check what nobody has put around a face.
    if (key === "Enter" && !event.repeat) this.#onEnter();
    else if (key === "+" || key === "=") this.resize(1);
    else if (key === "-") this.resize(-1);
    else if (arrow) this.#move(arrow);
    else return;
    event.preventDefault();
  }

  /** Inside it moves the square, at a corner it resizes it, elsewhere it draws another. @param {PointerEvent} event */
  #begin(event) {
    if (this.#press || event.button !== 0) return;
    event.preventDefault();
    this.focus();
    const { pointerId } = event;
    this.element.setPointerCapture(pointerId);
    const [bounds, before, from] = [this.#bounds, this.#square, this.#pointOf(event)];
    const press = { pointerId, x: event.clientX, y: event.clientY, isDrag: false, before };
    const handle = /** @type {HTMLElement} */ (event.target);
    if (handle.dataset.right) {
      const [right, bottom] = [Number(handle.dataset.right), Number(handle.dataset.bottom)];
      const corner = { x: before.x + right * before.side, y: before.y + bottom * before.side };
      const across = { x: before.x + (1 - right) * before.side, y: before.y + (1 - bottom) * before.side };
      this.#press = { ...press, drag: (to) => drawn(across, sum(corner, difference(to, from)), bounds), tap: before };
    } else if (handle === this.#box) {
      this.#press = { ...press, drag: (to) => moved(before, difference(to, from), bounds), tap: before };
    } else {
      // Without dragging, too, every place can be reached.
      this.#press = { ...press, drag: (to) => drawn(from, to, bounds), tap: moved(before, difference(from, centreOf(before)), bounds) };
    }
  }

  /** @param {PointerEvent} event */
  #follow(event) {
    const press = this.#press;
    // A second finger is not followed.
    if (press?.pointerId !== event.pointerId) return;
    press.isDrag ||= Math.hypot(event.clientX - press.x, event.clientY - press.y) > SLACK;
    if (press.isDrag) this.#set(press.drag(this.#pointOf(event)));
  }

  /** @param {PointerEvent} event */
  #end({ pointerId, type }) {
    const press = this.#press;
    if (press?.pointerId !== pointerId) return;
    this.#press = null;
    if (type !== "pointerup") this.#set(press.before);
    else this.#change(press.isDrag ? this.#square : press.tap);
  }

  /** @param {PointerEvent} event @returns {Point} */
  #pointOf({ clientX, clientY }) {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    return { x: ((clientX - left) / width) * this.#bounds.width, y: ((clientY - top) / height) * this.#bounds.height };
  }

  /** @param {Square} square that is come to rest */
  #change(square) {
    this.#set(square);
    this.#onChange(square);
  }

  /** @param {Square} square */
  #set(square) {
    this.#square = square;
    this.#draw();
  }

  #draw() {
    const { x, y, side } = this.#square;
    const { width, height } = this.#bounds;
    const parts = { left: x / width, top: y / height, width: side / width, height: side / height };
    for (const [name, part] of Object.entries(parts)) this.element.style.setProperty(`--${name}`, `${100 * part}%`);
  }
}

/** @param {Point} a @param {Point} b @returns {Point} */
function sum(a, b) {
  return { x: a.x + b.x, y: a.y + b.y };
}

/** @param {Point} a @param {Point} b @returns {Point} */
function difference(a, b) {
  return { x: a.x - b.x, y: a.y - b.y };
}
