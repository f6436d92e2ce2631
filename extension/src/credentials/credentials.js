// Reads an image's Content Credentials: looks for a trace of them first, and only then starts a worker with the library.

import { formatOf } from "../shared/image-format.js";
import { withTimeout } from "../shared/with-timeout.js";
import { mayHaveCredentials } from "./credentials-trace.js";
import { summariseCredentials } from "./credentials-summary.js";
import { TRUST_LISTS } from "./trust-lists.js";

/** @typedef {import("./credentials-summary.js").CredentialsSummary} CredentialsSummary */
/** @typedef {{module: WebAssembly.Module, anchors: string}} Library anchors: certificates, PEM */

const WORKER = "credentials/credentials-worker.js";
const WASM = "wasm/c2pa_bg.wasm";
const LIMIT_MS = 20_000;

/** Compiled once, as long as this context lives: 8 MB of it. @type {Promise<Library> | null} */
let library = null;
// One image at a time: a page may show hundreds of them.
let turn = /** @type {Promise<unknown>} */ (Promise.resolve());

/**
 * Never rejects: what goes wrong is a summary too.
 *
 * @param {ArrayBuffer} buffer of an image file
 * @returns {Promise<CredentialsSummary>}
 */
export async function readCredentials(buffer) {
  if (!mayHaveCredentials(buffer)) return { state: "none" };
  // A copy, and now: the caller may give the buffer away, and this one waits for its turn.
  const copy = buffer.slice(0);
  const read = turn.then(() => readInWorker(copy));
  turn = read;
  return read;
}

/**
 * In a worker of its own: what one image does to the library, it does to no other image's reading.
 *
 * @param {ArrayBuffer} buffer is given away
 * @returns {Promise<CredentialsSummary>}
 */
async function readInWorker(buffer) {
  /** @type {Worker | undefined} */
  let worker;
  try {
    const { module, anchors } = await loadLibrary();
    const started = new Worker(chrome.runtime.getURL(WORKER));
    worker = started;
    const reply = new Promise((resolve, reject) => {
      started.addEventListener("message", ({ data }) => resolve(data));
      started.addEventListener("error", ({ message }) => reject(new Error(message || "The worker could not be started.")));
    });
    const { mimeType } = formatOf(new Uint8Array(buffer));
    started.postMessage({ buffer, mimeType, module, anchors }, [buffer]);
    return summariseCredentials(await withTimeout(reply, LIMIT_MS, "The Content Credentials were not read in time."));
  } catch (error) {
    return summariseCredentials({ failure: error instanceof Error ? error.message : String(error) });
  } finally {
    worker?.terminate();
  }
}

/** @returns {Promise<Library>} from the extension's own package */
function loadLibrary() {
  library ??= readLibrary().catch((error) => {
    library = null;
    throw error;
  });
  return library;
}

/** @returns {Promise<Library>} */
async function readLibrary() {
  const read = (/** @type {string} */ path) => fetch(chrome.runtime.getURL(path));
  const bytes = read(WASM).then((response) => response.arrayBuffer());
  const lists = Promise.all(TRUST_LISTS.map((path) => read(path).then((response) => response.text())));
  return { module: await WebAssembly.compile(await bytes), anchors: (await lists).join("\n") };
}
