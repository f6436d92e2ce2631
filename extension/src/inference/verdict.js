// Turns logits into calibrated scores, worded bands and kinds of traces.

import { bandOf } from "../shared/bands.js";

/** @typedef {"no_traces" | "inconclusive" | "likely_fake"} Band */
/** @typedef {"check" | "automatic"} Mode */
/** @typedef {import("./model-manifest.js").ModelManifest} ModelManifest */
/** @typedef {import("./model-manifest.js").TraceKind} TraceKind */

/**
 * What was found in an image, before any threshold: the part of a result that does not depend on the mode.
 *
 * @typedef {object} FaceEvidence
 * @property {number[]} boxXyxy pixels of the image
 * @property {number} [detectionScore] in [0, 1]; of a face that the detector found
 * @property {true} [isMarked] nobody found it: the user said where it is
 * @property {"scored" | "too_small"} status
 * @property {number} [logit] of a scored face
 * @property {import("./face-crop.js").CropSquare} [cropSquare] of a scored face: what the network saw, and the map lies over
 * @property {{size: number, values: number[]}} [anomalyMap] of a scored face; the manifest's mapScale says what it holds
 * @property {Record<TraceKind, number>} [traces] logits of a scored face, where the model tells the kinds
 *
 * @typedef {object} Evidence
 * @property {{width: number, height: number}} imageSize pixels
 * @property {FaceEvidence[]} faces
 * @property {FaceEvidence[]} [secondLook] found by looking again, where there were none and somebody had asked
 *
 * @typedef {FaceEvidence & {fakeScore?: number, band?: Band, kinds?: TraceKind[]}} FaceVerdict kinds: of a face that is
 *   likely fake at some operating point
 *
 * @typedef {object} ScoredVerdict
 * @property {"scored"} status
 * @property {Band} band of the worst face
 * @property {number} fakeScore the highest of its faces, in [0, 1]
 * @property {FaceVerdict[]} faces best detection first
 * @property {{width: number, height: number}} imageSize pixels
 *
 * @typedef {object} UnscoredVerdict
 * @property {"no_face" | "face_too_small"} status
 * @property {{width: number, height: number}} imageSize pixels
 */

/**
 * @param {number} logit
 * @param {{temperature: number, bias: number}} calibration
 * @returns {number} probability in [0, 1]
 */
export function calibratedScore(logit, calibration) {
  return 1 / (1 + Math.exp(-(logit / calibration.temperature + calibration.bias)));
}

/**
 * @param {Record<TraceKind, number>} logits
 * @param {Record<TraceKind, {threshold: number}>} traces
 * @returns {TraceKind[]} those found, seam first
 */
function kindsOf(logits, traces) {
  return /** @type {TraceKind[]} */ (["seam", "synthetic"]).filter((kind) => logits[kind] >= traces[kind].threshold);
}

/**
 * @param {Evidence} evidence
 * @param {Pick<ModelManifest, "calibration" | "operatingPoints" | "traces">} manifest
 * @param {Mode} mode
 * @returns {ScoredVerdict | UnscoredVerdict}
 */
export function judge(evidence, manifest, mode) {
  const { imageSize, secondLook = [] } = evidence;
  const found = evidence.faces.length > 0 || mode !== "check" ? evidence.faces : secondLook;
  if (found.length === 0) return { status: "no_face", imageSize };
  const count = found.filter((face) => face.status === "scored").length;
  if (count === 0) return { status: "face_too_small", imageSize };
  const faces = found.map((face) => {
    if (face.logit === undefined) return face;
    const fakeScore = calibratedScore(face.logit, manifest.calibration);
    const band = bandOf(fakeScore, manifest.operatingPoints[mode], count);
    const mayBeFake = Object.values(manifest.operatingPoints).some((point) => bandOf(fakeScore, point, count) === "likely_fake");
    if (!mayBeFake || !face.traces || !manifest.traces) return { ...face, fakeScore, band };
    return { ...face, fakeScore, band, kinds: kindsOf(face.traces, manifest.traces) };
  });
  const fakeScore = Math.max(...faces.map((face) => ("fakeScore" in face ? face.fakeScore : 0)));
  const band = bandOf(fakeScore, manifest.operatingPoints[mode], count);
  return { status: "scored", band, fakeScore, faces, imageSize };
}
