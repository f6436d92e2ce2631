// From scores to bands: when they are judged, and again whenever the user chooses another sensitivity.

/** @typedef {import("./verdict-wording.js").Band} Band */
/** @typedef {import("./verdict-wording.js").Result} Result */
/** @typedef {import("./settings.js").Settings["sensitivity"]} Sensitivity */
/** @typedef {import("../inference/clip-verdict.js").Track} Track */
/** @typedef {Pick<import("../inference/operating-point.js").OperatingPoint, "noTraces" | "likelyFake">} Thresholds */

/**
 * @param {number} fakeScore in [0, 1]
 * @param {Thresholds} operatingPoint thresholds by the number of scored faces: a group photo must not be flagged because it has
 *   ten chances to be
 * @param {number} faceCount scored faces in the image, >= 1
 * @returns {Band}
 */
export function bandOf(fakeScore, operatingPoint, faceCount) {
  /** @type {(thresholds: number[]) => number} */
  const forCount = (thresholds) => thresholds[Math.min(faceCount, thresholds.length) - 1];
  if (fakeScore >= forCount(operatingPoint.likelyFake)) return "likely_fake";
  return fakeScore < forCount(operatingPoint.noTraces) ? "no_traces" : "inconclusive";
}

/**
 * @template {{fakeScore?: number}} T
 * @param {T[]} faces all of one picture, or the tracks of one clip
 * @param {Thresholds} operatingPoint
 * @returns {(T & {band?: Band})[]} those that have a score with their band
 */
export function withBands(faces, operatingPoint) {
  const count = faces.filter(({ fakeScore }) => fakeScore !== undefined).length;
  return faces.map((face) => (face.fakeScore === undefined ? face : { ...face, band: bandOf(face.fakeScore, operatingPoint, count) }));
}

/**
 * @param {Result} result
 * @param {Sensitivity} sensitivity
 * @returns {Result} with the bands of that sensitivity; what was asked for is what it always is
 */
export function withSensitivity(result, sensitivity) {
  const operatingPoint = result.operatingPoints?.[sensitivity];
  if (!operatingPoint) return result;
  const faces = withBands(result.faces ?? [], operatingPoint);
  const clip = result.clip && { ...result.clip, tracks: withBands(withFrameBands(result.clip.tracks, operatingPoint), operatingPoint) };
  // That of the face which gave the picture its score.
  const { band } = [...(clip?.tracks ?? faces)].find(({ fakeScore }) => fakeScore === result.fakeScore) ?? {};
  return { ...result, band, faces, clip };
}

/** @param {Result} result @returns {Record<Sensitivity, Band | undefined>} its band with each sensitivity */
export function bandsOf(result) {
  return { automatic: withSensitivity(result, "automatic").band, check: withSensitivity(result, "check").band };
}

/**
 * @param {Track[]} tracks of one clip
 * @param {Thresholds} operatingPoint
 * @returns {Track[]} each of their sightings with the band that it has among the faces of its frame
 */
function withFrameBands(tracks, operatingPoint) {
  const scored = tracks.flatMap(({ sightings }) => sightings).filter(({ fakeScore }) => fakeScore !== undefined);
  const countIn = (/** @type {number} */ frame) => scored.filter((seen) => seen.frame === frame).length;
  const banded = scored.map((seen) => ({ ...seen, band: bandOf(/** @type {number} */ (seen.fakeScore), operatingPoint, countIn(seen.frame)) }));
  return tracks.map((track) => ({ ...track, sightings: track.sightings.map((seen) => banded[scored.indexOf(seen)] ?? seen) }));
}
