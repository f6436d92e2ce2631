// A wrong manifest, or a file that is not the one it names, is rejected by name.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";

import { ModelManifestError } from "../../../extension/src/inference/manifest-entry.js";
import { readModelManifest, verifiedReader } from "../../../extension/src/inference/model-files.js";
import { parseModelManifest } from "../../../extension/src/inference/model-manifest.js";
import { validManifest } from "./valid-manifest.js";

test("a valid manifest is read in the extension's names", () => {
  const manifest = parseModelManifest(validManifest());
  assert.equal(manifest.faceCrop.size, 224);
  assert.equal(manifest.faceCrop.minFaceSize, 40);
  assert.deepEqual(manifest.detector.nms, { pnetScale: 0.5, pnet: 0.7, rnet: 0.7, onet: 0.7 });
  assert.deepEqual(manifest.operatingPoints.automatic, { noTraces: [0.3], likelyFake: [0.8] });
  assert.deepEqual(manifest.scoreTable, [{ score: 0.9, realOf100: 1, fakeOf100: 60 }]);
});

test("what the map holds follows from the architecture", () => {
  const scaleOf = (architecture) => parseModelManifest({ ...validManifest(), architecture }).mapScale;
  assert.equal(scaleOf("mobilenetv2+ifmd"), "relative");
  assert.equal(scaleOf("mobilenetv2+ifmd+evidence"), "probability");
});

test("the error rates of an operating point are read where they are given", () => {
  const json = validManifest();
  const shares = { no_traces: 0.7, inconclusive: 0.2, likely_fake: 0.1 };
  Object.assign(json.operating_points.check, { bands: { real: shares, fake: { ...shares } }, n_real: 50, n_fake: 40 });
  const { check, automatic } = parseModelManifest(json).operatingPoints;
  assert.deepEqual(check.errorRates, { real: shares, fake: shares, realFaces: 50, fakeFaces: 40 });
  assert.equal(automatic.errorRates, undefined);
  json.operating_points.check.bands.fake.likely_fake = 1.5;
  assert.throws(() => parseModelManifest(json), /"operating_points\.check\.bands\.fake\.likely_fake"/);
});

const withTraces = () => {
  const json = validManifest();
  Object.assign(json.outputs, { seam: "seam_out", synthetic: "synthetic_out" });
  return { ...json, traces: { seam: { threshold: -1.5 }, synthetic: { threshold: 2 } } };
};

test("a model may tell the kinds of traces apart, and need not", () => {
  assert.equal(parseModelManifest(validManifest()).traces, undefined);
  assert.deepEqual(parseModelManifest(withTraces()).traces, {
    seam: { output: "seam_out", threshold: -1.5 },
    synthetic: { output: "synthetic_out", threshold: 2 },
  });
});

const HALF_GIVEN = {
  "no thresholds": [(m) => delete m.traces, /no "traces"/],
  "no outputs": [(m) => (m.outputs = validManifest().outputs), /no "outputs\.seam"/],
  "one output": [(m) => delete m.outputs.synthetic, /no "outputs\.synthetic"/],
  "one threshold": [(m) => delete m.traces.seam, /no "traces\.seam"/],
  "one kind": [(m) => delete m.outputs.seam && delete m.traces.seam, /no "outputs\.seam"/],
  "a section of nothing": [(m) => (m.traces = null), /no "traces\.seam"/],
  "a threshold that is a text": [(m) => (m.traces.synthetic.threshold = "2"), /"traces\.synthetic\.threshold"/],
};

const SPOILT = {
  "another schema version": [(m) => (m.schema_version = 2), /schema version 2/],
  "a missing entry": [(m) => delete m.calibration.bias, /no "calibration.bias"/],
  "a missing section": [(m) => delete m.face_crop, /no "face_crop"/],
  "a text for a number": [(m) => (m.calibration.temperature = "1"), /"calibration.temperature"/],
  "a temperature of zero": [(m) => (m.calibration.temperature = 0), /"calibration.temperature"/],
  "an unknown alignment": [(m) => (m.face_crop.alignment = "nose"), /"face_crop.alignment".*"eyes" or "none"/],
  "another channel order": [(m) => (m.input.channel_order = "BGR"), /"input.channel_order"/],
  "two thresholds for three networks": [(m) => m.detector.thresholds.pop(), /"detector.thresholds".*3 numbers/],
  "no second detector": [(m) => delete m.detector.blazeface, /no "detector.blazeface"/],
  "a second detector without a network": [(m) => delete m.detector.files.blazeface, /no "detector.files.blazeface"/],
  "every anchor a face": [(m) => (m.detector.blazeface.min_score = 0), /"detector.blazeface.min_score"/],
  "no thresholds at all": [(m) => (m.operating_points.check.no_traces = []), /"operating_points.check.no_traces"/],
  "bands that overlap": [(m) => (m.operating_points.check.no_traces = [0.9]), /"operating_points.check"/],
};

for (const [create, spoilt, prefix] of [[validManifest, SPOILT, ""], [withTraces, HALF_GIVEN, "kinds of traces with "]]) {
  for (const [what, [spoil, message]] of Object.entries(spoilt)) {
    test(`${prefix}${what} is rejected`, () => {
      const json = create();
      spoil(json);
      assert.throws(() => parseModelManifest(json), (error) => error instanceof ModelManifestError && message.test(error.message));
    });
  }
}

test("what is no manifest at all is rejected", async () => {
  for (const text of ["", "<html>", "null", "[]", "7"]) {
    const read = async () => new TextEncoder().encode(text).buffer;
    await assert.rejects(readModelManifest(read), ModelManifestError);
  }
});

const BYTES = new TextEncoder().encode("abc");
const LISTED = { path: "model.json", sha256: createHash("sha256").update(BYTES).digest("hex"), bytes: 3 };
const readerOf = (bytes, files) => verifiedReader(async () => bytes.buffer, { files });

test("a file as listed is let through", async () => {
  assert.deepEqual(new Uint8Array(await readerOf(BYTES, [LISTED])("model.json")), BYTES);
});

test("a file that is altered, cut short or not listed is refused", async () => {
  const altered = new TextEncoder().encode("abd");
  await assert.rejects(readerOf(altered, [LISTED])("model.json"), /model\.json has been altered/);
  await assert.rejects(readerOf(BYTES.slice(0, 2), [LISTED])("model.json"), /2 bytes instead of 3/);
  await assert.rejects(readerOf(BYTES, [LISTED])("other.bin"), /does not list the file other\.bin/);
});
