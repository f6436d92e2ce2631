// Tells where a page changes in a way that may show other pictures.

import { HOST_NAME } from "./host-name.js";

/** @typedef {import("./find-images.js").Root} Root */

const ATTRIBUTES = ["src", "srcset", "sizes", "href", "xlink:href", "poster", "type", "media", "class", "style", "width", "height"];
// They do not bubble, but they can be caught on their way down. A video that starts takes its poster away.
const EVENTS = ["load", "error", "play", "emptied"];

/** Watches the roots of one document until it is stopped. */
export class ChangeWatch {
  #onChange;
  #mutations;
  #watched = /** @type {WeakSet<Root>} */ (new WeakSet());
  #abort = new AbortController();

  /** @param {(place: Root | Element | null) => void} onChange null: something is gone; called often, it must be cheap */
  constructor(onChange) {
    this.#onChange = onChange;
    this.#mutations = new MutationObserver((records) => {
      for (const record of records) this.#report(record);
    });
  }

  /** @param {Root} root is watched for changes; doing it twice is doing it once */
  watch(root) {
    if (this.#watched.has(root)) return;
    this.#watched.add(root);
    this.#mutations.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ATTRIBUTES });
    for (const name of EVENTS) root.addEventListener(name, this.#handleEvent, { capture: true, signal: this.#abort.signal });
  }

  /** Ends all watching, for good. */
  stop() {
    this.#abort.abort();
    this.#mutations.disconnect();
  }

  /** @param {MutationRecord} record */
  #report({ type, target, addedNodes, removedNodes }) {
    // A page that plays with our own element does not get an answer to each of its moves.
    if (target instanceof Element && target.localName === HOST_NAME) return;
    // A style sheet, or a part of one, can put pictures anywhere.
    if (isStyle(target)) this.#onChange(document);
    else if (type === "attributes") this.#onChange(/** @type {Element} */ (target));
    for (const node of addedNodes) {
      if (node instanceof Element) this.#onChange(isStyle(node) ? document : node);
    }
    if ([...removedNodes].some(isStyle)) this.#onChange(document);
    else if (removedNodes.length > 0) this.#onChange(null);
  }

  #handleEvent = (/** @type {Event} */ { target }) => {
    if (target instanceof Element) this.#onChange(isStyle(target) ? document : target);
  };
}

/** @param {Node} node */
function isStyle(node) {
  return node instanceof HTMLStyleElement || (node instanceof HTMLLinkElement && node.relList.contains("stylesheet"));
}
