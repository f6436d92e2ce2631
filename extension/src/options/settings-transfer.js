// Settings to a file, from a file, and back to what they were at first.

import { DEFAULT_SETTINGS } from "../shared/settings.js";
import { exportSettings, importSettings, SettingsFileError } from "../shared/settings-file.js";

const FILE_NAME = "deepfake-detector-settings.json";

/** @typedef {import("../shared/settings.js").Settings} Settings */

/** @param {Settings} settings are handed to the browser as a download */
export function downloadSettings(settings) {
  const url = URL.createObjectURL(new Blob([exportSettings(settings)], { type: "application/json" }));
  const link = document.createElement("a");
  [link.href, link.download] = [url, FILE_NAME];
  link.click();
  URL.revokeObjectURL(url);
}

/**
 * @param {HTMLInputElement} input whose file was chosen
 * @param {(settings: Settings) => Promise<void>} save
 * @returns {Promise<string>} key of the message that says how it went
 */
export async function readSettingsFile(input, save) {
  const file = input.files?.[0];
  input.value = ""; // so that the same file can be chosen again
  if (!file) return "importNotSettings";
  try {
    await save(importSettings(await file.text()));
    return "importDone";
  } catch (error) {
    if (error instanceof SettingsFileError) return error.code;
    throw error;
  }
}

/** @returns {Settings} what an installation starts with */
export function initialSettings() {
  return { ...DEFAULT_SETTINGS };
}
