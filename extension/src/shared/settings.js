// The settings: one schema with defaults, kept in storage.local.

/**
 * @typedef {object} Settings
 * @property {"off" | "sites" | "all"} automatic where pages are checked without being asked
 * @property {string[]} sites host names that are checked when automatic is "sites"
 * @property {"all" | "likely_fake"} badges which automatic results get a badge on the page
 */

/** Where the settings lie in the storage area. */
export const SETTINGS_KEY = "settings";

/** @type {Readonly<Settings>} */
export const DEFAULT_SETTINGS = Object.freeze({ automatic: "off", sites: [], badges: "all" });

/** @type {Record<keyof Settings, (value: unknown) => boolean>} */
const VALID = {
  automatic: (value) => value === "off" || value === "sites" || value === "all",
  sites: (value) => Array.isArray(value) && value.every((site) => typeof site === "string" && isHostName(site)),
  badges: (value) => value === "all" || value === "likely_fake",
};

/** @param {string} text host name as in location.hostname: no scheme, no port */
export function isHostName(text) {
  return /^(\[[0-9a-f:]+\]|[a-z0-9_-]+(\.[a-z0-9_-]+)*)$/i.test(text);
}

/**
 * Reads stored settings; whatever is missing or damaged takes its default.
 *
 * @param {unknown} stored
 * @returns {Settings}
 */
export function readSettings(stored) {
  const values = /** @type {Record<string, unknown>} */ (typeof stored === "object" && stored !== null ? stored : {});
  const valid = Object.entries(VALID).filter(([name, isValid]) => isValid(values[name]));
  return { ...DEFAULT_SETTINGS, ...Object.fromEntries(valid.map(([name]) => [name, values[name]])) };
}

/**
 * @param {Settings} settings
 * @param {Partial<Settings>} change
 * @returns {Settings} with the change, sites without repeats and in order
 * @throws {Error} when the change has an unknown name or an impossible value
 */
export function changeSettings(settings, change) {
  for (const [name, value] of Object.entries(change)) {
    const isValid = Object.hasOwn(VALID, name) ? VALID[/** @type {keyof Settings} */ (name)] : undefined;
    if (!isValid) throw new Error(`There is no setting named ${name}.`);
    if (!isValid(value)) throw new Error(`The setting ${name} cannot be ${JSON.stringify(value)}.`);
  }
  const changed = { ...settings, ...change };
  return { ...changed, sites: [...new Set(changed.sites)].sort() };
}

/**
 * @param {Settings} settings
 * @param {string} hostName of the page
 */
export function isAutomaticOn(settings, hostName) {
  return settings.automatic === "all" || (settings.automatic === "sites" && settings.sites.includes(hostName));
}

/** Reads and writes the settings of one storage area, and tells of changes. */
export class SettingsStore {
  #area;

  /** @param {Pick<chrome.storage.StorageArea, "get" | "set" | "onChanged">} area normally chrome.storage.local */
  constructor(area) {
    this.#area = area;
  }

  /** @returns {Promise<Settings>} */
  async load() {
    const stored = await this.#area.get(SETTINGS_KEY);
    return readSettings(stored[SETTINGS_KEY]);
  }

  /**
   * @param {Partial<Settings>} change
   * @returns {Promise<Settings>}
   */
  async save(change) {
    const settings = changeSettings(await this.load(), change);
    await this.#area.set({ [SETTINGS_KEY]: settings });
    return settings;
  }

  /**
   * @param {(settings: Settings) => void} listener
   * @returns {() => void} stops listening
   */
  onChange(listener) {
    /** @param {Record<string, chrome.storage.StorageChange>} changes */
    const handle = (changes) => {
      if (changes[SETTINGS_KEY]) listener(readSettings(changes[SETTINGS_KEY].newValue));
    };
    this.#area.onChanged.addListener(handle);
    return () => this.#area.onChanged.removeListener(handle);
  }
}
