// Puts a browser's manifest together from the shared part and its own.

import { readFile } from "node:fs/promises";
import path from "node:path";

/**
 * @param {string} folder with manifest.json and manifest.<browser>.json
 * @param {string} browser
 * @param {boolean} testPermissions grant at installation what is otherwise asked for
 * @returns {Promise<Record<string, unknown>>}
 */
export async function extensionManifest(folder, browser, testPermissions) {
  const shared = await readJson(path.join(folder, "manifest.json"));
  const manifest = merge(shared, await readJson(path.join(folder, `manifest.${browser}.json`)));
  if (testPermissions) {
    manifest.host_permissions = manifest.optional_host_permissions ?? ["<all_urls>"];
    delete manifest.optional_host_permissions;
  }
  return manifest;
}

/**
 * Objects are merged, lists are joined, anything else is replaced.
 *
 * @param {Record<string, unknown>} base
 * @param {Record<string, unknown>} extra
 * @returns {Record<string, unknown>}
 */
function merge(base, extra) {
  const merged = { ...base };
  for (const [key, value] of Object.entries(extra)) {
    const old = merged[key];
    if (Array.isArray(old) && Array.isArray(value)) merged[key] = [...old, ...value];
    else if (isObject(old) && isObject(value)) merged[key] = merge(old, value);
    else merged[key] = value;
  }
  return merged;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {string} file */
async function readJson(file) {
  return /** @type {Record<string, unknown>} */ (JSON.parse(await readFile(file, "utf8")));
}
