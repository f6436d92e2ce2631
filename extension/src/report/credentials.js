// Reads an image's Content Credentials: looks for them first, and only then starts the worker with the library.

import { withTimeout } from "../shared/with-timeout.js";
import { summariseCredentials } from "./credentials-summary.js";

/** @typedef {import("./credentials-summary.js").CredentialsSummary} CredentialsSummary */

const WORKER = "report/credentials-worker.js";
const WASM = "wasm/c2pa_bg.wasm";
const LIMIT_MS = 30_000;
// The label of every manifest store, and the XMP entry that says where else one lies.
const TRACES = ["c2pa", "dcterms:provenance"];

/**
 * @param {ArrayBuffer} buffer of an image file
 * @returns {boolean} whether the library is worth loading; without these words there is nothing for it to find
 */
export function mayHaveCredentials(buffer) {
  const text = new TextDecoder("latin1").decode(buffer);
  return TRACES.some((trace) => text.includes(trace));
}

/**
 * Never rejects: what goes wrong is a summary too.
 *
 * @param {ArrayBuffer} buffer
 * @param {string} mimeType
 * @returns {Promise<CredentialsSummary>}
 */
export async function readCredentials(buffer, mimeType) {
  if (!mayHaveCredentials(buffer)) return summariseCredentials({ error: "C2pa(JumbfNotFound)" });
  const worker = new Worker(chrome.runtime.getURL(WORKER));
  try {
    const reply = new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }) => resolve(data));
      worker.addEventListener("error", ({ message }) => reject(new Error(message || "The worker could not be started.")));
    });
    worker.postMessage({ buffer, mimeType, wasmUrl: chrome.runtime.getURL(WASM) });
    return summariseCredentials(await withTimeout(reply, LIMIT_MS, "The Content Credentials were not read in time."));
  } catch (error) {
    return summariseCredentials({ failure: error instanceof Error ? error.message : String(error) });
  } finally {
    worker.terminate();
  }
}
