// Builds elements and icons without markup strings, so that pages with Trusted Types accept them.

/** @typedef {import("./verdict-wording.js").State} State */

const SVG = "http://www.w3.org/2000/svg";

/**
 * One shape per state, told apart without colour: drawn in a 16 x 16 box, "fill" as an area, the others as lines.
 *
 * @type {Record<State, {d: string, fill?: boolean}[]>}
 */
const SHAPES = {
  checking: [{ d: "M8 2a6 6 0 1 1-6 6" }],
  likely_fake: [{ d: "M8 1.2 15.4 14.4H.6zM7.1 5.6l.25 4.3h1.3l.25-4.3zM8 10.9a.95.95 0 1 0 0 1.9.95.95 0 0 0 0-1.9z", fill: true }],
  inconclusive: [{ d: "M8 1.3 14.7 8 8 14.7 1.3 8z" }, { d: "M6.4 6.6C6.4 4.5 9.6 4.5 9.6 6.6 9.6 7.9 8 7.8 8 9.2M8 10.8v.3" }],
  no_traces: [{ d: "M6.8 2.2a4.6 4.6 0 1 1 0 9.2 4.6 4.6 0 0 1 0-9.2zM10.2 10.2 14 14" }],
  no_face: [{ d: "M8 2a2.7 2.7 0 1 1 0 5.4A2.7 2.7 0 0 1 8 2zM2.8 14c.4-3 2.4-4.4 5.2-4.4s4.8 1.4 5.2 4.4" }, { d: "M2 2l12 12" }],
  face_too_small: [{ d: "M2 5V2h3M11 2h3v3M14 11v3h-3M5 14H2v-3" }, { d: "M8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6" }],
  failed: [{ d: "M8 1.6a6.4 6.4 0 1 1 0 12.8A6.4 6.4 0 0 1 8 1.6zM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8" }],
};

/**
 * @param {HTMLElement} element
 * @param {string} text is left alone where it says so already: a press on words that are replaced meanwhile is no click, and whoever
 *   listens hears only what has changed
 */
export function writeText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} [children]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function createElement(tag, attributes = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * @param {State} state
 * @returns {SVGSVGElement} for the eye only: the words beside it say the same
 */
export function createIcon(state) {
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("viewBox", "0 0 16 16");
  icon.setAttribute("aria-hidden", "true");
  icon.setAttribute("class", "icon");
  for (const { d, fill } of SHAPES[state]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    path.setAttribute("class", fill ? "area" : "line");
    path.setAttribute("fill-rule", "evenodd");
    icon.append(path);
  }
  return icon;
}
