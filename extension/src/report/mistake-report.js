// The text with which a user tells the makers of a wrong verdict. It is written here, and sent by nobody but the user.

import { formatScore, labelOf, stateOf } from "../shared/verdict-wording.js";

// Longer addresses are cut or refused by servers and browsers.
const MAX_LINK = 7000;

/**
 * @typedef {object} Mistake
 * @property {"unaltered" | "altered" | "other"} belief what the user takes the picture for
 * @property {string} reason how they know
 * @property {boolean} withAddress
 * @property {string | null} imageCopy a small copy as a data: URL; null leaves the picture and its hash out
 */

/**
 * @param {Pick<import("./check-record.js").Check, "subject" | "result" | "facts" | "model" | "conditions">} check
 * @param {Mistake} mistake
 * @param {{t: import("../shared/i18n.js").Translate, extensionVersion: string}} context
 * @returns {string}
 */
export function mistakeReport({ subject, result, facts, model, conditions }, mistake, { t, extensionVersion }) {
  const { width = 0, height = 0 } = result.imageSize ?? {};
  const score = result.fakeScore === undefined ? "" : `, ${t("popupScore", formatScore(result.fakeScore))}`;
  const quality = facts.jpegQuality === null ? "" : `, ${t("mistakeQuality", facts.jpegQuality)}`;
  const lines = [
    [t("mistakeSaid"), labelOf(stateOf(result), t) + score],
    [t("mistakeBelief"), t(`mistake_${mistake.belief}`)],
    [t("mistakeReason"), mistake.reason.trim() || "–"],
    [t(subject.copyOf ? `details_${subject.copyOf}` : "mistakePicture"), `${facts.format}, ${width} × ${height}${quality}`],
    [t("mistakeFaces"), (result.faces ?? []).map((face) => describeFace(face, t)).join("; ") || "0"],
    [t("mistakeConditions"), conditions.map(({ name }) => name).join(", ") || "–"],
    [t("mistakeModel"), `${model.name} ${model.version} (${model.sha256.slice(0, 12)}), ${model.backend}, ${extensionVersion}`],
    ...(mistake.withAddress && subject.url ? [[t("mistakeAddress"), subject.url]] : []),
    ...(mistake.imageCopy ? [["sha256", result.sha256 ?? ""], [t("mistakeCopy"), mistake.imageCopy]] : []),
  ];
  return lines.map(([name, text]) => `${name}: ${text}`).join("\n");
}

/**
 * @param {import("../shared/verdict-wording.js").Face} face
 * @param {import("../shared/i18n.js").Translate} t
 */
function describeFace({ boxXyxy, band, fakeScore, isMarked }, t) {
  const score = fakeScore === undefined ? "" : ` ${formatScore(fakeScore)}`;
  const marked = isMarked ? ` (${t("reportMarked")})` : "";
  return `${labelOf(band ?? "face_too_small", t)}${score} [${boxXyxy.map(Math.round).join(", ")}]${marked}`;
}

/**
 * @param {string | undefined} homepage of the project, from the extension's manifest
 * @param {string} title
 * @param {string} body
 * @returns {{address: string, isCut: boolean} | null} of a prefilled issue, with as much of the text as an address may hold; null
 *   where there is nowhere to file it
 */
export function issueLink(homepage, title, body) {
  if (!homepage) return null;
  const addressWith = (/** @type {string} */ text) => `${homepage.replace(/\/$/, "")}/issues/new?${new URLSearchParams({ title, body: text })}`;
  const whole = addressWith(body);
  if (whole.length <= MAX_LINK) return { address: whole, isCut: false };
  // By whole characters: half of a pair cannot be written into an address.
  const characters = [...body];
  let [fits, tooMany] = [0, characters.length];
  while (tooMany - fits > 1) {
    const count = (fits + tooMany) >> 1;
    if (addressWith(beginning(characters, count)).length <= MAX_LINK) fits = count;
    else tooMany = count;
  }
  return { address: addressWith(beginning(characters, fits)), isCut: true };
}

/** @param {string[]} characters @param {number} count */
function beginning(characters, count) {
  return `${characters.slice(0, count).join("")}…`;
}
