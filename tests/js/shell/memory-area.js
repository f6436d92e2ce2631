// A storage area in memory, as chrome.storage has them.

/** Values are copied, as storage does. */
export class MemoryArea {
  /** @type {Record<string, any>} */
  values = {};
  /** @type {((changes: Record<string, any>) => void)[]} */
  #listeners = [];

  onChanged = /** @type {any} */ ({
    addListener: (listener) => this.#listeners.push(listener),
    removeListener: (listener) => this.#listeners.splice(this.#listeners.indexOf(listener), 1),
  });

  /** @param {any} key null for all */
  async get(key) {
    return structuredClone(key === null ? this.values : key in this.values ? { [key]: this.values[key] } : {});
  }

  /** @param {any} items */
  async set(items) {
    Object.assign(this.values, structuredClone(items));
    for (const listener of this.#listeners) {
      listener(Object.fromEntries(Object.entries(items).map(([key, newValue]) => [key, { newValue }])));
    }
  }

  /** @param {any} keys one or a list */
  async remove(keys) {
    for (const key of [keys].flat()) delete this.values[key];
  }
}
