// Has one image judged and reads all else that a report says of it.

import { readCredentials } from "../credentials/credentials.js";
import { imageUrlOf, MAX_SENT_BYTES } from "../shared/data-url.js";
import { conditionsOf } from "./conditions.js";
import { readImageFacts } from "./image-facts.js";
import { Picture } from "./picture.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("../credentials/credentials-summary.js").CredentialsSummary} CredentialsSummary */
/** @typedef {import("./check-record.js").Check} Check */
/**
 * @typedef {object} FinishedCheck
 * @property {Result} result
 * @property {import("./subject.js").Subject} subject
 * @property {import("./subject.js").Area | null} face that the user marked, and that alone was judged
 * @property {Check | null} check null for a failure: there is nothing to record then
 * @property {Picture | null} picture null where the bytes are no image
 * @property {Promise<CredentialsSummary>} credentials never rejects
 */

/**
 * @param {import("./subject.js").Subject} subject
 * @param {import("./subject.js").Area | null} face marked by the user, to be judged in place of those that would be found
 * @param {(type: string, fields?: Record<string, unknown>) => Promise<any>} ask the background
 * @param {() => void} onStart the judging begins
 * @returns {Promise<FinishedCheck>}
 * @throws {Error} when the background does not answer
 */
export async function runCheck(subject, face, ask, onStart) {
  const facts = readImageFacts(subject.buffer);
  onStart();
  const { crop, via } = subject;
  const refusal = refusalOf(subject.buffer.byteLength);
  /** @type {Result} */
  const found = refusal
    ? { status: "failed", code: refusal }
    : await ask("report.check", { dataUrl: await imageUrlOf(new Blob([subject.buffer], { type: facts.mimeType })), crop, face, via });
  // The frame of a video is shown with its own faces, and the video's verdict.
  const result = found.status === "failed" || !subject.video ? found : { ...found, band: undefined, fakeScore: undefined, ...subject.video };
  const credentials = credentialsOf(subject, found);
  // What has too many pixels to be judged has too many to be shown.
  const picture = result.code === "too_large" ? null : await Picture.decode(subject.buffer, crop).catch(() => null);
  if (result.status === "failed") return { result, subject, face, check: null, picture, credentials };
  const model = await ask("model.describe");
  const conditions = conditionsOf({ result, facts, byteLength: subject.buffer.byteLength, name: subject.name, inputSize: model.inputSize });
  return { result, subject, face, check: { subject, result, facts, model, conditions, checkedAt: new Date() }, picture, credentials };
}

/**
 * @param {number} byteLength
 * @returns {"not_an_image" | "too_large" | null} why it need not be sent to be judged
 */
function refusalOf(byteLength) {
  if (byteLength === 0) return "not_an_image";
  return byteLength > MAX_SENT_BYTES ? "too_large" : null;
}

/**
 * @param {import("./subject.js").Subject} subject
 * @param {Result} found
 * @returns {Promise<CredentialsSummary>}
 */
async function credentialsOf({ buffer, copyOf }, found) {
  // A copy of our own making has none, and that says nothing of the file that it was made from.
  if (copyOf) return { state: "not_looked_for" };
  // A check reads them too; what it could not judge may still have some.
  return found.status === "failed" ? readCredentials(buffer) : (found.credentials ?? { state: "none" });
}
