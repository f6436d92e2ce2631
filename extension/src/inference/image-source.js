// Gets the bytes of an image: by the extension's own request, or out of a data: URL.

import { bytesOfBase64 } from "../shared/base64.js";
import { withSignal } from "../shared/with-timeout.js";
import { CheckError } from "./check-error.js";

/**
 * @typedef {{kind: "url", url: string, credentials: "omit" | "include", isPrivate?: boolean}} UrlSource isPrivate: a picture of a
 *   private window, while requests are made as the ordinary windows make them: it is kept in no cache on the disk
 * @typedef {{x: number, y: number, width: number, height: number}} Area fractions of the image, 0 to 1
 * @typedef {{kind: "data", dataUrl: string, crop?: Area, via: "bytes" | "screen_copy"}} DataSource
 * @typedef {UrlSource | DataSource} ImageSource
 */

export const MAX_BYTES = 50 * 1024 * 1024;
const FETCH_LIMIT_MS = 20_000;

/**
 * @param {ImageSource} source
 * @param {{fetch?: typeof fetch, limitMs?: number}} [options] limitMs: until the last byte is there
 * @returns {Promise<ArrayBuffer>}
 * @throws {CheckError}
 */
export async function readImageSource(source, options) {
  return source.kind === "url" ? fetchImage(source, options) : decodeDataUrl(source.dataUrl);
}

/**
 * @param {UrlSource} source
 * @param {{fetch?: typeof fetch, limitMs?: number}} [options]
 * @returns {Promise<ArrayBuffer>}
 */
async function fetchImage({ url, credentials, isPrivate = false }, { fetch = globalThis.fetch, limitMs = FETCH_LIMIT_MS } = {}) {
  if (url.startsWith("data:")) return decodeDataUrl(url);
  if (!/^https?:/.test(url)) throw new CheckError("unreachable", "Only images from http and https can be fetched.");
  return withSignal((signal) => request(url, { credentials, isPrivate, fetch, signal, limitMs }), limitMs);
}

/**
 * @param {string} url
 * @param {{credentials: RequestCredentials, isPrivate: boolean, fetch: typeof globalThis.fetch, signal: AbortSignal, limitMs: number}} options
 * @returns {Promise<ArrayBuffer>}
 */
async function request(url, { credentials, isPrivate, fetch, signal, limitMs }) {
  const read = (/** @type {RequestCache} */ cache) => fetch(url, { credentials, cache: isPrivate ? "no-store" : cache, signal });
  try {
    // The extension's part of the browser's cache is not the page's: a copy that has to be asked about may be older than what the page shows.
    let response = await read(credentials === "include" ? "reload" : "default");
    // The cache keeps errors too, which may be over. A refusal is asked again with cookies, if at all.
    if (response.status >= 400 && !isRefusal(response.status)) response = await read("reload");
    if (!response.ok) throw statusFailure(response.status);
    return await readLimited(response);
  } catch (error) {
    if (error instanceof CheckError) throw error;
    if (signal.aborted) {
      throw new CheckError("timeout", `The server did not send the image within ${limitMs / 1000} s.`, { cause: error });
    }
    throw new CheckError("unreachable", "The image could not be fetched: no connection, or no permission for its site.", {
      cause: error,
    });
  }
}

/** @param {number} status */
function isRefusal(status) {
  return status === 401 || status === 403;
}

/**
 * @param {number} status of a server's answer, not a good one
 * @returns {CheckError}
 */
export function statusFailure(status) {
  const code =
    isRefusal(status) ? "refused" : status === 404 || status === 410 ? "not_found" : "http_error";
  return new CheckError(code, `The server answered the request for the image with error ${status}.`);
}

/**
 * @param {Response} response
 * @returns {Promise<ArrayBuffer>}
 */
async function readLimited(response) {
  if (Number(response.headers.get("content-length")) > MAX_BYTES) throw tooLarge();
  if (!response.body) return new ArrayBuffer(0);
  const reader = response.body.getReader();
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const chunks = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.byteLength;
    if (length > MAX_BYTES) {
      await reader.cancel();
      throw tooLarge();
    }
    chunks.push(part.value);
  }
  return new Blob(chunks).arrayBuffer();
}

/**
 * @param {string} dataUrl
 * @returns {ArrayBuffer}
 */
function decodeDataUrl(dataUrl) {
  const comma = dataUrl.indexOf(",");
  if (!dataUrl.startsWith("data:") || comma < 0) throw new CheckError("not_an_image", "The image's data: URL is damaged.");
  if (dataUrl.length > MAX_BYTES * 1.4) throw tooLarge();
  try {
    const data = dataUrl.slice(comma + 1);
    const text = data.includes("%") ? decodeURIComponent(data) : data;
    if (!/;\s*base64\s*$/i.test(dataUrl.slice(0, comma))) return new TextEncoder().encode(text).buffer;
    return bytesOfBase64(text).buffer;
  } catch (cause) {
    throw new CheckError("not_an_image", "The image's data: URL is damaged.", { cause });
  }
}

function tooLarge() {
  return new CheckError("too_large", `The image file is larger than ${MAX_BYTES / 1024 / 1024} MB.`);
}
