// The check record: everything that a check found and with what, as one JSON object. A record of a check, and no proof.

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("../inference/check-result.js").ModelDescription} ModelDescription */

/**
 * @typedef {object} Check what the report page knows of a check that gave a result
 * @property {import("./subject.js").Subject} subject
 * @property {Result} result no failure
 * @property {import("./image-facts.js").ImageFacts} facts
 * @property {ModelDescription} model
 * @property {import("./conditions.js").Condition[]} conditions
 * @property {Date} checkedAt
 */

export const RECORD_FORMAT = "deepfake-detector-check-record";
const FORMAT_VERSION = 1;
/** How the record names what the extension made itself. */
const SOURCES = Object.freeze({ frame: "video_frame", pixels: "page_pixels", screen: "screen_copy" });
const STATEMENT =
  "What a statistical model found in this picture. It errs in both directions at the rates given here. It proves neither that a picture was altered nor that it was not.";

/**
 * @param {Check} check
 * @param {import("../credentials/credentials-summary.js").CredentialsSummary} credentials
 * @param {{extensionVersion: string, withAddress: boolean}} options withAddress: the image's and the page's, and the file's name
 * @returns {Record<string, unknown>} fit for JSON; its shape is check-record.schema.json
 */
export function createCheckRecord({ subject, result, facts, model, conditions, checkedAt }, credentials, { extensionVersion, withAddress }) {
  const { url, pageUrl, name } = subject;
  const address = Object.fromEntries(Object.entries({ url, page_url: pageUrl, name }).filter(([, text]) => text !== ""));
  const { noTraces, likelyFake, errorRates } = model.operatingPoints.check;
  return {
    format: RECORD_FORMAT,
    format_version: FORMAT_VERSION,
    statement: STATEMENT,
    checked_at: checkedAt.toISOString(),
    extension_version: extensionVersion,
    image: {
      sha256: result.sha256,
      bytes: subject.buffer.byteLength,
      format: facts.format,
      ...result.imageSize,
      source: subject.copyOf ? SOURCES[subject.copyOf] : result.via,
      ...(withAddress && address),
    },
    result: { status: result.status, band: result.band ?? null, fake_score: result.fakeScore ?? null },
    faces: (result.faces ?? []).map((face) => recordFace(face, model)),
    ...(result.clip && { clip: recordClip(result.clip) }),
    conditions: conditions.map(({ name: condition, values }) => ({ condition, values })),
    model: { name: model.name, version: model.version, manifest_sha256: model.sha256, architecture: model.architecture, backend: model.backend },
    thresholds: { no_traces_below: noTraces, likely_fake_from: likelyFake },
    error_rates: errorRates
      ? { real: errorRates.real, fake: errorRates.fake, real_faces: errorRates.realFaces, fake_faces: errorRates.fakeFaces }
      : null,
    score_table: model.scoreTable.map(({ score, realOf100, fakeOf100 }) => ({ score, real_of_100: realOf100, fake_of_100: fakeOf100 })),
    content_credentials: credentials,
  };
}

/** @param {import("../inference/clip-verdict.js").Clip} clip of a video, whose frame the image is, or of an animation */
function recordClip({ times, tracks, worstFrame }) {
  const faces = tracks.map(({ fakeScore, band, sightings }) => ({
    mean_fake_score: fakeScore ?? null,
    band: band ?? null,
    frames: sightings.map((seen) => ({ time: times[seen.frame], box_xyxy: seen.boxXyxy, fake_score: seen.fakeScore ?? null, band: seen.band ?? null })),
  }));
  return { times, image_time: worstFrame === undefined ? null : times[worstFrame], faces };
}

/**
 * @param {import("../shared/verdict-wording.js").Face} face
 * @param {ModelDescription} model
 */
function recordFace({ boxXyxy, status, fakeScore, band, kinds, isMarked, cropSquare, anomalyMap }, { mapScale }) {
  return {
    box_xyxy: boxXyxy,
    status,
    fake_score: fakeScore ?? null,
    band: band ?? null,
    ...(kinds && { kinds }),
    ...(isMarked && { is_marked: true }),
    ...(cropSquare && { crop: cropSquare }),
    ...(anomalyMap && { anomaly_map: { scale: mapScale, size: anomalyMap.size, values: anomalyMap.values } }),
  };
}
