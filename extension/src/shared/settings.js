// The settings: one schema with defaults and a version, kept in storage.local.

import { migrateSettings } from "./settings-migrations.js";

/**
 * @typedef {object} Settings
 * @property {"off" | "sites" | "all"} automatic where pages are checked without being asked
 * @property {string[]} sites host names that are checked when automatic is "sites", without their subdomains: each needs access of its own
 * @property {string[]} deniedSites host names that are never checked automatically, whatever automatic says, and neither are their subdomains
 * @property {boolean} paused whether all automatic checking rests; the choices above are kept
 * @property {"all" | "likely_fake"} badges which automatic results get a badge on the page
 * @property {"automatic" | "check"} sensitivity which operating point of the model words an automatic verdict: "automatic"
 *   flags fewer real faces, "check" finds more fakes
 * @property {"tab" | "beside"} report where a report opens: in a tab, or beside the page where the browser has a place for it
 * @property {Language} language
 * @property {"auto" | "wasm"} backend what computes: the fastest that passes its self-test, or the processor only
 */
/** @typedef {"auto" | "ar" | "de" | "en" | "es" | "fr" | "tr"} Language "auto": the browser's */

/** Where the settings lie in the storage area. */
export const SETTINGS_KEY = "settings";
/** Grows whenever stored settings need more than the defaults of new names to be read. */
export const SETTINGS_VERSION = 2;
/** @type {readonly Language[]} */
export const LANGUAGES = Object.freeze(["auto", "ar", "de", "en", "es", "fr", "tr"]);

/** @type {Readonly<Settings>} */
export const DEFAULT_SETTINGS = Object.freeze({
  automatic: "off",
  sites: [],
  deniedSites: [],
  paused: false,
  badges: "all",
  sensitivity: "automatic",
  report: "tab",
  language: "auto",
  backend: "auto",
});

const oneOf = (/** @type {readonly string[]} */ words) => (/** @type {unknown} */ value) => words.includes(/** @type {string} */ (value));
const isSiteList = (/** @type {unknown} */ value) => Array.isArray(value) && value.every((site) => typeof site === "string" && isHostName(site));

/** @type {Record<keyof Settings, (value: unknown) => boolean>} */
const VALID = {
  automatic: oneOf(["off", "sites", "all"]),
  sites: isSiteList,
  deniedSites: isSiteList,
  paused: (value) => typeof value === "boolean",
  badges: oneOf(["all", "likely_fake"]),
  sensitivity: oneOf(["automatic", "check"]),
  report: oneOf(["tab", "beside"]),
  language: oneOf(LANGUAGES),
  backend: oneOf(["auto", "wasm"]),
};

/** @param {string} text host name as in location.hostname: no scheme, no port */
export function isHostName(text) {
  return /^(\[[0-9a-f:]+\]|[a-z0-9_-]+(\.[a-z0-9_-]+)*)$/i.test(text);
}

/**
 * Reads stored settings of this or an older version; whatever is missing or damaged takes its default.
 *
 * @param {unknown} stored
 * @returns {Settings}
 */
export function readSettings(stored) {
  const values = migrateSettings(stored);
  const valid = Object.entries(VALID).filter(([name, isValid]) => isValid(values[name]));
  return { ...DEFAULT_SETTINGS, ...Object.fromEntries(valid.map(([name]) => [name, values[name]])) };
}

/**
 * @param {Settings} settings
 * @param {Partial<Settings>} change
 * @returns {Settings} with the change, sites without repeats and in order; a site that is now allowed is no longer denied,
 *   and the other way round, but for subdomains: allowing one does not lift what was denied of the whole domain
 * @throws {Error} when the change has an unknown name or an impossible value
 */
export function changeSettings(settings, change) {
  for (const [name, value] of Object.entries(change)) {
    const isValid = Object.hasOwn(VALID, name) ? VALID[/** @type {keyof Settings} */ (name)] : undefined;
    if (!isValid) throw new Error(`There is no setting named ${name}.`);
    if (!isValid(value)) throw new Error(`The setting ${name} cannot be ${JSON.stringify(value)}.`);
  }
  const { sites, deniedSites, ...others } = { ...settings, ...change };
  /** @type {(list: string[]) => string[]} */
  const tidy = (list) => [...new Set(list)].sort();
  const isDenying = change.deniedSites !== undefined;
  const nowAllowed = isDenying ? [] : change.sites ?? [];
  return {
    ...others,
    sites: tidy(isDenying ? sites.filter((site) => denialOf(deniedSites, site) === null) : sites),
    deniedSites: tidy(deniedSites.filter((site) => !nowAllowed.includes(site))),
  };
}

/**
 * @param {string[]} deniedSites
 * @param {string} hostName
 * @returns {string | null} that of them which it is, or lies under
 */
export function denialOf(deniedSites, hostName) {
  return deniedSites.find((site) => hostName === site || hostName.endsWith(`.${site}`)) ?? null;
}

/**
 * @param {Settings} settings
 * @param {string} hostName of the page
 */
export function isAutomaticOn({ automatic, sites, deniedSites, paused }, hostName) {
  if (paused || denialOf(deniedSites, hostName) !== null) return false;
  return automatic === "all" || (automatic === "sites" && sites.includes(hostName));
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
    await this.#area.set({ [SETTINGS_KEY]: { version: SETTINGS_VERSION, ...settings } });
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
