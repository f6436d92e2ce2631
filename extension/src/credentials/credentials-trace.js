// Looks into an image's bytes for a trace of Content Credentials: cheap, where the library that reads them is not.

import { latin1 } from "../shared/image-format.js";

// The label of every manifest store, and the XMP entry that says where else one lies.
const TRACES = ["c2pa", "dcterms:provenance"];
const OVERLAP = Math.max(...TRACES.map((trace) => trace.length)) - 1;
// In parts: a text of the whole of a large file would need twice its memory.
const PART = 1 << 20;

/**
 * In every format and wherever it lies, by words that stand in the file as they are. Four letters may stand there by chance, in
 * one image of thousands: then the library finds nothing.
 *
 * @param {ArrayBuffer} buffer of an image file
 * @returns {boolean} whether the library is worth loading; without these words there is nothing for it to find
 */
export function mayHaveCredentials(buffer) {
  const bytes = new Uint8Array(buffer);
  for (let start = 0; start < bytes.length; start += PART) {
    const text = latin1(bytes.subarray(start, start + PART + OVERLAP));
    if (TRACES.some((trace) => text.includes(trace))) return true;
  }
  return false;
}
