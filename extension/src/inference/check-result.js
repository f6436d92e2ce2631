// What a check is asked with and what it answers; what went wrong becomes a failed result.

import { TimeoutError } from "../shared/with-timeout.js";
import { CheckError } from "./check-error.js";

/** @typedef {import("./model-manifest.js").ModelManifest} ModelManifest */
/** @typedef {import("./verdict.js").ScoredVerdict} ScoredVerdict */
/** @typedef {import("./verdict.js").UnscoredVerdict} UnscoredVerdict */

/**
 * @typedef {object} CheckRequest
 * @property {import("./image-source.js").ImageSource} source
 * @property {import("./verdict.js").Mode} mode which operating point words the verdict
 * @property {import("./image-source.js").Area} [face] the face to judge, in place of those that would be found; of an animation, in its first frame
 * @property {boolean} [isFrame] one of several of a clip: the others may show the face that this one does not, so it is looked at once
 * @property {number} [timeoutMs] for the work on the image, without waiting for others, milliseconds
 *
 * @typedef {object} CheckDetails
 * @property {string} sha256 of the image's bytes
 * @property {"bytes" | "screen_copy"} via
 * @property {{name: string, version: string, sha256: string}} model sha256: of its manifest, which holds that of every file
 * @property {import("../credentials/credentials-summary.js").CredentialsSummary} [credentials] what the image says of itself, which no verdict rests on
 * @property {true} [isAnimated] it has more frames than the first, which alone was judged
 * @property {import("./clip-verdict.js").Clip} [clip] the timeline of an animation whose frames were judged
 * @property {number} tookMs
 *
 * @typedef {object} FailedResult
 * @property {"failed"} status
 * @property {import("./check-error.js").FailureCode} code
 * @property {string} reason a sentence for the reader
 *
 * @typedef {((ScoredVerdict | UnscoredVerdict) & CheckDetails) | FailedResult} CheckResult
 *
 * @typedef {object} ModelDescription
 * @property {string} name
 * @property {string} version
 * @property {string} sha256 of its manifest, which holds that of every file
 * @property {string} architecture
 * @property {number} inputSize pixels a side of the crop that the network sees
 * @property {number} minFaceSize pixels a side of the smallest face that is judged
 * @property {import("./model-manifest.js").MapScale} mapScale
 * @property {import("./backend.js").BackendName} backend
 * @property {ModelManifest["operatingPoints"]} operatingPoints
 * @property {ModelManifest["scoreTable"]} scoreTable
 * @property {ModelManifest["clip"]} clip
 */

/**
 * @param {unknown} error
 * @returns {FailedResult}
 */
export function toFailure(error) {
  if (error instanceof CheckError) return { status: "failed", code: error.code, reason: error.message };
  console.error("The check failed:", error);
  const code = error instanceof TimeoutError ? "timeout" : "engine";
  return { status: "failed", code, reason: error instanceof Error ? error.message : String(error) };
}
