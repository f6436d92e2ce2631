// A document that keeps what is put into it, for views that build elements: Node has none.

/** An element with as much of the real one as the views use. */
export class FakeElement {
  children = /** @type {(FakeElement | string)[]} */ ([]);
  attributes = /** @type {Record<string, string>} */ ({});
  dataset = /** @type {Record<string, string>} */ ({});
  style = /** @type {Record<string, string>} */ ({});
  classList = { toggle: () => undefined };

  /** @param {string} tag */
  constructor(tag) {
    this.tag = tag;
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  append(...children) {
    this.children.push(...children);
  }

  replaceChildren(...children) {
    this.children = children;
  }

  get textContent() {
    return this.children.map((child) => (typeof child === "string" ? child : child.textContent)).join("");
  }

  /** @param {(element: FakeElement) => boolean} isMeant @returns {FakeElement[]} in document order, this one too */
  all(isMeant) {
    const below = this.children.flatMap((child) => (typeof child === "string" ? [] : child.all(isMeant)));
    return isMeant(this) ? [this, ...below] : below;
  }

  /** @param {string} name of a class @returns {string[]} the texts of those that have it */
  textsOf(name) {
    return this.all(({ attributes }) => (attributes.class ?? "").split(" ").includes(name)).map(({ textContent }) => textContent);
  }
}

/** Makes `document` create such elements. */
export function useFakeDocument() {
  const create = (/** @type {string} */ tag) => new FakeElement(tag);
  Object.assign(globalThis, { document: { createElement: create, createElementNS: (/** @type {string} */ _, /** @type {string} */ tag) => create(tag) } });
}
