// Reads a model's manifest and files, and lets only files through whose size and hash the manifest vouches for.

import { ModelManifestError } from "./manifest-entry.js";
import { parseModelManifest } from "./model-manifest.js";
import { sha256Hex } from "./sha256.js";

/** @typedef {import("./graph-model.js").ReadFile} ReadFile */
/** @typedef {import("./model-manifest.js").ModelManifest} ModelManifest */

/**
 * @param {ReadFile} readFile paths are relative to the manifest
 * @returns {Promise<{manifest: ModelManifest, manifestSha256: string}>}
 * @throws {ModelManifestError}
 */
export async function readModelManifest(readFile) {
  const bytes = await readFile("manifest.json");
  /** @type {unknown} */
  let json;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new ModelManifestError(`its manifest.json is no JSON (${error instanceof Error ? error.message : error})`);
  }
  return { manifest: parseModelManifest(json), manifestSha256: await sha256Hex(bytes) };
}

/**
 * @param {ReadFile} readFile
 * @param {ModelManifest} manifest
 * @returns {ReadFile} rejects with ModelManifestError for a file that is not listed, or not as listed
 */
export function verifiedReader(readFile, manifest) {
  const listed = new Map(manifest.files.map((file) => [file.path, file]));
  return async (path) => {
    const file = listed.get(path);
    if (!file) throw new ModelManifestError(`its manifest does not list the file ${path}`);
    const bytes = await readFile(path);
    if (bytes.byteLength !== file.bytes) {
      throw new ModelManifestError(`${path} has ${bytes.byteLength} bytes instead of ${file.bytes}`);
    }
    const sha256 = await sha256Hex(bytes);
    if (sha256 !== file.sha256.toLowerCase()) {
      throw new ModelManifestError(`${path} has been altered (its sha256 is ${sha256})`);
    }
    return bytes;
  };
}
