// Reads the model manifest that the trainer's export writes, and rejects a wrong one with a clear sentence.

import { parseClipRule } from "./clip-rule.js";
import { parseDetectorSettings } from "./detector-settings.js";
import { ManifestEntry, ModelManifestError } from "./manifest-entry.js";
import { operatingPoint } from "./operating-point.js";

/**
 * @typedef {"relative" | "probability"} MapScale what a cell of the anomaly map holds: oddness as a multiple of this face's
 *   mean, or the probability in (0, 1) that the cell was altered
 *
 * @typedef {"seam" | "synthetic"} TraceKind something was pasted or blended in; a machine generated it
 * @typedef {{output: string, threshold: number}} TraceOutput a logit at or above the threshold: traces of this kind
 *
 * @typedef {object} ModelManifest
 * @property {string} name
 * @property {string} version
 * @property {string} architecture
 * @property {{size: number, mean: number[], std: number[]}} input
 * @property {import("./detector-settings.js").DetectorSettings} detector
 * @property {import("./face-crop.js").FaceCropSettings & {minFaceSize: number}} faceCrop
 * @property {string} graph model.json of the classifier
 * @property {{logit: string, anomalyMap: string}} outputs
 * @property {MapScale} mapScale
 * @property {Record<TraceKind, TraceOutput>} [traces] of a model that tells the kinds apart
 * @property {{temperature: number, bias: number}} calibration
 * @property {Record<"check" | "automatic", import("./operating-point.js").OperatingPoint>} operatingPoints
 * @property {{score: number, realOf100: number, fakeOf100: number}[]} scoreTable
 * @property {import("./clip-rule.js").ClipRule} clip
 * @property {{path: string, sha256: string, bytes: number}[]} files relative to the manifest
 * @property {{logit: number, tolerance: number}} selfTest
 */

const SCHEMA_VERSION = 1;
// The networks whose map is trained as a probability; the others weight features by a map of mean 1.
const PROBABILITY_MAPS = ["mobilenetv2+ifmd+evidence"];

/**
 * @param {unknown} json what manifest.json holds
 * @returns {ModelManifest}
 * @throws {ModelManifestError} naming the first entry that is missing or wrong
 */
export function parseModelManifest(json) {
  const root = new ManifestEntry(json, "");
  const schemaVersion = root.get("schema_version").number();
  if (schemaVersion !== SCHEMA_VERSION) {
    throw new ModelManifestError(`its manifest has schema version ${schemaVersion}, this extension reads ${SCHEMA_VERSION}`);
  }
  const input = root.get("input");
  input.get("channel_order").oneOf(["RGB"]);
  const size = input.get("size").number(1);
  const faceCrop = root.get("face_crop");
  const points = root.get("operating_points");
  return {
    name: root.get("name").text(),
    version: root.get("version").text(),
    architecture: root.get("architecture").text(),
    input: { size, mean: input.get("mean").numbers(3), std: input.get("std").numbers(3) },
    detector: parseDetectorSettings(root.get("detector")),
    faceCrop: {
      size,
      minFaceSize: faceCrop.get("min_face_size").number(1),
      margin: faceCrop.get("margin").number(0),
      alignment: /** @type {"eyes" | "none"} */ (faceCrop.get("alignment").oneOf(["eyes", "none"])),
      maxPatch: faceCrop.get("max_patch").number(size),
    },
    graph: root.get("graph").text(),
    outputs: {
      logit: root.get("outputs").get("logit").text(),
      anomalyMap: root.get("outputs").get("anomaly_map").text(),
    },
    mapScale: PROBABILITY_MAPS.includes(root.get("architecture").text()) ? "probability" : "relative",
    traces: traceOutputs(root),
    calibration: {
      temperature: root.get("calibration").get("temperature").number(Number.MIN_VALUE),
      bias: root.get("calibration").get("bias").number(),
    },
    operatingPoints: {
      check: operatingPoint(points.get("check")),
      automatic: operatingPoint(points.get("automatic")),
    },
    scoreTable: root.get("score_table").list().map((row) => ({
      score: row.get("score").number(0, 1),
      realOf100: row.get("real_of_100").number(0, 100),
      fakeOf100: row.get("fake_of_100").number(0, 100),
    })),
    clip: parseClipRule(root.get("clip")),
    files: root.get("files").list().map((file) => ({
      path: file.get("path").text(),
      sha256: file.get("sha256").text(),
      bytes: file.get("bytes").number(0),
    })),
    selfTest: {
      logit: root.get("self_test").get("logit").number(),
      tolerance: root.get("self_test").get("tolerance").number(0),
    },
  };
}

/**
 * @param {ManifestEntry} root
 * @returns {ModelManifest["traces"]} undefined only where the manifest names neither outputs nor thresholds
 */
function traceOutputs(root) {
  const outputs = root.get("outputs");
  if (!root.has("traces") && !outputs.has("seam") && !outputs.has("synthetic")) return undefined;
  const thresholds = root.get("traces");
  /** @type {(kind: TraceKind) => TraceOutput} */
  const ofKind = (kind) => ({ output: outputs.get(kind).text(), threshold: thresholds.get(kind).get("threshold").number() });
  return { seam: ofKind("seam"), synthetic: ofKind("synthetic") };
}
