// A list of sites that can be added to and removed from.

import { createElement } from "../shared/dom.js";
import { hostNameOf } from "../shared/host-patterns.js";
import { isHostName } from "../shared/settings.js";

/** One list with its form. */
export class SiteList {
  #list;
  #none;
  #input;
  #translate;
  #onRemove;

  /**
   * @param {HTMLElement} group holds the list, the line that there are none, and the form
   * @param {object} parts
   * @param {import("../shared/i18n.js").Translate} parts.translate
   * @param {(site: string) => void} parts.onAdd
   * @param {(site: string) => void} parts.onRemove
   * @param {() => void} parts.onBadSite what was typed is no host name
   */
  constructor(group, { translate, onAdd, onRemove, onBadSite }) {
    this.#list = /** @type {HTMLElement} */ (group.querySelector("ul"));
    this.#none = /** @type {HTMLElement} */ (group.querySelector(".none"));
    this.#input = /** @type {HTMLInputElement} */ (group.querySelector("input"));
    this.#translate = translate;
    this.#onRemove = onRemove;
    group.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.#input.value.trim();
      const site = hostNameOf(text.includes("://") ? text : `https://${text}`);
      // Before anything is asked of the browser: "*.example.org" is an address to it, and would be allowed.
      if (!text || site === null || !isHostName(site)) {
        this.#input.focus();
        onBadSite();
        return;
      }
      this.#input.value = "";
      onAdd(site);
    });
  }

  /** @param {string[]} sites */
  show(sites) {
    this.#input.placeholder = this.#translate("optionsSitePlaceholder");
    const items = sites.map((site) => {
      const remove = createElement("button", { type: "button", "aria-label": this.#translate("optionsRemove", site) }, ["×"]);
      remove.addEventListener("click", () => {
        this.#input.focus(); // the button goes, and the focus must not go with it
        this.#onRemove(site);
      });
      return createElement("li", {}, [createElement("span", { dir: "ltr" }, [site]), remove]);
    });
    this.#list.replaceChildren(...items);
    this.#none.hidden = items.length > 0;
  }
}
