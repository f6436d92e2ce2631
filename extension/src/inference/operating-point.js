// Reads an operating point of the model manifest: the thresholds of its bands, and how often each is right.

import { ModelManifestError } from "./manifest-entry.js";

/** @typedef {import("./manifest-entry.js").ManifestEntry} ManifestEntry */
/**
 * @typedef {object} OperatingPoint
 * @property {number[]} noTraces below: "no_traces"; indexed by number of faces less one, the last for all beyond
 * @property {number[]} likelyFake at or above: "likely_fake"; indexed likewise
 * @property {ErrorRates} [errorRates] measured on validation faces
 *
 * @typedef {Record<"no_traces" | "inconclusive" | "likely_fake", number>} BandShares of faces in each band, fractions
 * @typedef {{real: BandShares, fake: BandShares, realFaces: number, fakeFaces: number}} ErrorRates shares, and of how many faces
 */

/**
 * @param {ManifestEntry} entry
 * @returns {OperatingPoint}
 */
export function operatingPoint(entry) {
  const noTraces = entry.get("no_traces").numbers();
  const likelyFake = entry.get("likely_fake").numbers();
  if (Math.max(...noTraces) > Math.min(...likelyFake)) {
    throw new ModelManifestError(`"${entry.path}" calls a score likely_fake that it also calls no_traces`);
  }
  return { noTraces, likelyFake, ...(entry.has("bands") && { errorRates: errorRates(entry) }) };
}

/**
 * @param {ManifestEntry} entry of an operating point
 * @returns {ErrorRates}
 */
function errorRates(entry) {
  /** @type {(faces: "real" | "fake") => BandShares} */
  const sharesOf = (faces) => {
    const shares = entry.get("bands").get(faces);
    return {
      no_traces: shares.get("no_traces").number(0, 1),
      inconclusive: shares.get("inconclusive").number(0, 1),
      likely_fake: shares.get("likely_fake").number(0, 1),
    };
  };
  return { real: sharesOf("real"), fake: sharesOf("fake"), realFaces: entry.get("n_real").number(0), fakeFaces: entry.get("n_fake").number(0) };
}
