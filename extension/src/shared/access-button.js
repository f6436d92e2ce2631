// A button that asks for the access which automatic checks need, there while the browser does not allow it.

/** Asks in its own click, as often as the user wants: a choice that is made already cannot be made again. */
export class AccessButton {
  #button;
  #place;
  #permissions;
  #besides;
  #origins = /** @type {string[]} */ ([]);

  /**
   * @param {object} parts
   * @param {HTMLButtonElement} parts.button
   * @param {HTMLElement} [parts.place] is shown and hidden with the button, which lies in it
   * @param {Pick<typeof chrome.permissions, "contains" | "request" | "onAdded" | "onRemoved">} parts.permissions
   * @param {() => string[]} [parts.besides] origins that are asked for in the same prompt, though the choice can do without
   * @param {() => void} parts.onChange the user has answered, or access came or went otherwise
   */
  constructor({ button, place = button, permissions, besides = () => [], onChange }) {
    this.#button = button;
    this.#place = place;
    this.#permissions = permissions;
    this.#besides = besides;
    button.addEventListener("click", () => void this.ask(this.#origins).then(onChange));
    permissions.onAdded.addListener(onChange);
    permissions.onRemoved.addListener(onChange);
  }

  /**
   * Call it inside the click, before any await: the prompt needs the gesture.
   *
   * @param {string[]} origins
   * @returns {Promise<boolean>} whether they are allowed
   */
  async ask(origins) {
    if (origins.length === 0) return true;
    // A browser that cannot prompt (or a policy that forbids it) rejects: the same as a refusal.
    return this.#permissions.request({ origins: [...new Set([...origins, ...this.#besides()])] }).catch(() => false);
  }

  /**
   * @param {string[]} origins which the settings need now
   * @returns {Promise<boolean>} whether they are allowed; else the button is there
   */
  async show(origins) {
    this.#origins = origins;
    const isAllowed = origins.length === 0 || (await this.#permissions.contains({ origins }));
    // Asked meanwhile about others, the later answer counts.
    if (this.#origins === origins) this.#setHidden(isAllowed);
    return isAllowed;
  }

  /** @param {boolean} isHidden */
  #setHidden(isHidden) {
    const hadFocus = isHidden && document.activeElement === this.#button;
    this.#place.hidden = isHidden;
    // The button goes, and the focus must not go with it.
    if (hadFocus) /** @type {HTMLElement | null} */ (document.querySelector('input[name="automatic"]:checked'))?.focus();
  }
}
