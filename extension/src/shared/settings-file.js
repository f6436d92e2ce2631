// Settings as a file: what is exported, and what an imported one must look like.

import { changeSettings, DEFAULT_SETTINGS, SETTINGS_VERSION } from "./settings.js";
import { migrateSettings } from "./settings-migrations.js";

/** @typedef {import("./settings.js").Settings} Settings */

const KIND = "deepfake-detector-settings";

/** The file cannot be imported; `code` names the message that says why. */
export class SettingsFileError extends Error {
  /**
   * @param {"importNotSettings" | "importTooNew" | "importDamaged"} code
   * @param {string} message for whoever reads a log
   */
  constructor(code, message) {
    super(message);
    this.name = "SettingsFileError";
    this.code = code;
  }
}

/**
 * @param {Settings} settings
 * @returns {string} text of the file
 */
export function exportSettings(settings) {
  return `${JSON.stringify({ kind: KIND, version: SETTINGS_VERSION, settings }, null, 2)}\n`;
}

/**
 * Strict where reading the storage is lenient: whoever imports a file wants all of it or to be told.
 *
 * @param {string} text of the file
 * @returns {Settings}
 * @throws {SettingsFileError}
 */
export function importSettings(text) {
  const { kind, version, settings } = parse(text);
  if (kind !== KIND || typeof settings !== "object" || settings === null) throw new SettingsFileError("importNotSettings", "no settings in it");
  if (typeof version !== "number" || version > SETTINGS_VERSION) throw new SettingsFileError("importTooNew", `version ${version}`);
  try {
    return changeSettings(DEFAULT_SETTINGS, migrateSettings({ ...settings, version }));
  } catch (error) {
    throw new SettingsFileError("importDamaged", /** @type {Error} */ (error).message);
  }
}

/** @param {string} text @returns {Record<string, unknown>} */
function parse(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new SettingsFileError("importNotSettings", "no JSON");
  }
}
