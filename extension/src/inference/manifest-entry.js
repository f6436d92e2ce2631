// A value in the model manifest that knows its place, and says so when it is missing or wrong.

/** The manifest, or a file that it names, is not what it should be. */
export class ModelManifestError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(`The detection model cannot be used: ${message}. Reinstall the extension, or export the model again.`);
    this.name = "ModelManifestError";
  }
}

/** A place in the manifest, which knows its path for the message when it is wrong. */
export class ManifestEntry {
  #value;

  /**
   * @param {unknown} value
   * @param {string} path
   */
  constructor(value, path) {
    this.#value = value;
    this.path = path;
  }

  /**
   * @param {string} key
   * @returns {ManifestEntry}
   */
  get(key) {
    const path = this.path ? `${this.path}.${key}` : key;
    const value = this.#value;
    if (typeof value !== "object" || value === null || !(key in value)) {
      throw new ModelManifestError(`its manifest has no "${path}"`);
    }
    return new ManifestEntry(/** @type {Record<string, unknown>} */ (value)[key], path);
  }

  /** @param {string} key of an entry that may be left out */
  has(key) {
    return typeof this.#value === "object" && this.#value !== null && Object.hasOwn(this.#value, key);
  }

  /** @returns {string} */
  text() {
    return typeof this.#value === "string" && this.#value ? this.#value : this.#fail("a text");
  }

  /** @param {string[]} choices */
  oneOf(choices) {
    return choices.includes(this.text()) ? this.text() : this.#fail(choices.map((choice) => `"${choice}"`).join(" or "));
  }

  /**
   * @param {number} [least]
   * @param {number} [most]
   * @returns {number}
   */
  number(least = -Infinity, most = Infinity) {
    const value = this.#value;
    if (typeof value === "number" && Number.isFinite(value) && value >= least && value <= most) return value;
    return this.#fail("a number in its range");
  }

  /** @returns {ManifestEntry[]} */
  list() {
    if (!Array.isArray(this.#value) || this.#value.length === 0) return this.#fail("a list that is not empty");
    return this.#value.map((value, index) => new ManifestEntry(value, `${this.path}[${index}]`));
  }

  /** @param {number} [length] */
  numbers(length) {
    const numbers = this.list().map((entry) => entry.number());
    return length === undefined || numbers.length === length ? numbers : this.#fail(`${length} numbers`);
  }

  /**
   * @param {string} wanted
   * @returns {never}
   */
  #fail(wanted) {
    throw new ModelManifestError(`"${this.path}" in its manifest is ${JSON.stringify(this.#value)}, not ${wanted}`);
  }
}
