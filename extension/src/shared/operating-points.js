// What the shipped model's operating points mean: of 100 real and 100 fake faces, how many each calls likely fake.

import { MODEL_FOLDER } from "./model-folder.js";

/** @typedef {import("./settings.js").Settings["sensitivity"]} OperatingPointName */
/** @typedef {{realOf100: number, fakeOf100: number}} Rates */

/**
 * @param {any} manifest as export wrote it, and as the inference has checked it
 * @returns {Record<OperatingPointName, Rates>} as measured on validation faces
 */
export function ratesOf(manifest) {
  /** @param {OperatingPointName} name @returns {Rates} */
  const rates = (name) => {
    const { real, fake } = manifest.operating_points[name].bands;
    return { realOf100: 100 * real.likely_fake, fakeOf100: 100 * fake.likely_fake };
  };
  return { automatic: rates("automatic"), check: rates("check") };
}

/** @returns {Promise<Record<OperatingPointName, Rates>>} of the model in the extension's package, without loading the model */
export async function loadRates() {
  const response = await fetch(chrome.runtime.getURL(`${MODEL_FOLDER}manifest.json`));
  return ratesOf(await response.json());
}
