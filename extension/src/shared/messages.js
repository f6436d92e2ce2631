// The one registry of messages between the extension's parts: who may send which, with what shape.

/**
 * @typedef {"background" | "content"} Target
 * @typedef {"content" | "extension"} Sender "content": a content script of ours in a tab; "extension": our own pages and background
 * @typedef {{target: Target, from: Sender, fields: Record<string, (value: unknown) => boolean>}} MessageShape
 * @typedef {{target: string, type: string, [field: string]: unknown}} Message
 * @typedef {{ok: true, value: unknown} | {ok: false, error: string}} Reply
 */

const isString = (/** @type {unknown} */ value) => typeof value === "string" && value.length > 0;
const isNumber = (/** @type {unknown} */ value) => typeof value === "number";
const isBoolean = (/** @type {unknown} */ value) => typeof value === "boolean";
const isStrings = (/** @type {unknown} */ value) => Array.isArray(value) && value.every(isString);
const isOptionalNumber = (/** @type {unknown} */ value) => value === undefined || typeof value === "number";
/** @param {string[]} words */
const oneOf = (...words) => (/** @type {unknown} */ value) => words.includes(/** @type {string} */ (value));

/** @param {unknown} source what to read an image from: an http(s) address, or an image as a data: URL */
export function isImageSource(source) {
  if (typeof source !== "object" || source === null) return false;
  const { kind, url, dataUrl } = /** @type {Record<string, unknown>} */ (source);
  if (kind === "url") return typeof url === "string" && /^https?:\/\//i.test(url);
  return kind === "data" && typeof dataUrl === "string" && /^data:image\//i.test(dataUrl);
}

/** @param {unknown} source the bytes of a picture, or null for a copy of the screen */
function isPictureOrNull(source) {
  return source === null || (isImageSource(source) && /** @type {{kind: string}} */ (source).kind === "data");
}

/** @param {unknown} size in pixels, or undefined where it is not known */
function isOptionalSize(size) {
  if (size === undefined) return true;
  const { width, height } = /** @type {Record<string, unknown>} */ (size ?? {});
  return isNumber(width) && isNumber(height);
}

/** @param {unknown} frames of a video, each with its time and its result */
function isFrames(frames) {
  const isStatus = oneOf("scored", "no_face", "face_too_small", "failed");
  return Array.isArray(frames) && frames.length > 0 && frames.every((frame) => isNumber(frame?.time) && isStatus(frame.result?.status));
}

/** @param {unknown} area fractions of an image, or null for all of it */
function isAreaOrNull(area) {
  if (area === null) return true;
  const numbers = Object.entries(/** @type {Record<string, unknown>} */ (area ?? {}));
  return ["x", "y", "width", "height"].every((name) => numbers.some(([key, value]) => key === name && Number.isFinite(value)));
}

/** @param {unknown} face where the user sees one, fractions of the image, or null: it has an extent, and lies in the image */
function isFaceOrNull(face) {
  if (face === null) return true;
  if (!isAreaOrNull(face)) return false;
  const { x, y, width, height } = /** @type {Record<string, number>} */ (face);
  return x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 1 && y + height <= 1;
}

// source null: a copy of the screen. mode "check": the user asked. screenCopy: a crop of the screen will do where the bytes are
// refused. shown: the size of what the page shows.
const IMAGE_CHECK = {
  key: isString,
  source: (/** @type {unknown} */ source) => source === null || isImageSource(source),
  mode: oneOf("check", "automatic"),
  visible: isBoolean,
  screenCopy: isBoolean,
  shown: isOptionalSize,
};

/** @type {Record<string, MessageShape>} */
export const MESSAGES = {
  // A page asks for one image.
  "image.check": { target: "background", from: "content", fields: IMAGE_CHECK },
  // One that it has asked for automatically has come into view.
  "image.hurry": { target: "background", from: "content", fields: { key: isString } },
  // A page checks a video: by which rule, each of its pictures (source: null for a copy of the screen), then the clip.
  "video.rule": { target: "background", from: "content", fields: {} },
  "video.frame": {
    target: "background",
    from: "content",
    fields: { key: isString, time: isNumber, source: isPictureOrNull },
  },
  "video.verdict": { target: "background", from: "content", fields: { key: isString, frames: isFrames, via: oneOf("bytes", "screen_copy") } },
  // The bytes of a video of another site, where the user has allowed it.
  "video.read": { target: "background", from: "content", fields: { url: (value) => isImageSource({ kind: "url", url: value }) } },
  // Keys of images that a document shows no longer, or again; forgotten: no longer, and it has no verdicts of them.
  "page.shows": { target: "background", from: "content", fields: { gone: isStrings, back: isStrings, forgotten: isStrings } },
  // A document goes away (or into the back/forward cache): its waiting checks and results are dropped.
  "page.gone": { target: "background", from: "content", fields: {} },
  // A document is behind others, or the battery low: its automatic checks that wait are dropped; it asks for them again.
  "page.pauses": { target: "background", from: "content", fields: {} },
  // The first-run page's picture is checked as one of a page would be.
  "welcome.check": { target: "background", from: "extension", fields: IMAGE_CHECK },
  // Words in a language that is not the browser's.
  "language.messages": { target: "background", from: "content", fields: { language: oneOf("ar", "de", "en", "es", "fr", "tr") } },
  "model.describe": { target: "background", from: "extension", fields: {} },
  "model.reload": { target: "background", from: "extension", fields: {} },
  "cache.clear": { target: "background", from: "extension", fields: {} },
  // A panel asks for the report of its image. place: as in the settings; the background could not look it up within the click.
  "report.open": { target: "background", from: "content", fields: { key: isString, place: oneOf("tab", "beside") } },
  // The report page has the bytes of an image judged. crop: the image's place in a copy of the screen; face: marked by the user, in it.
  "report.check": {
    target: "background",
    from: "extension",
    fields: { dataUrl: (value) => isImageSource({ kind: "data", dataUrl: value }), crop: isAreaOrNull, face: isFaceOrNull, via: oneOf("bytes", "screen_copy") },
  },
  // The background or the popup speaks to the content script of a frame.
  "content.ping": { target: "content", from: "extension", fields: {} },
  // targetElementId: the clicked element, in browsers that tell it.
  "content.check_image": { target: "content", from: "extension", fields: { url: isString, targetElementId: isOptionalNumber } },
  "content.check_here": { target: "content", from: "extension", fields: { targetElementId: isOptionalNumber } },
  // The click was in a frame that may not be entered, and the browser told no address.
  "content.check_closed_frame": { target: "content", from: "extension", fields: {} },
  "content.check_page": { target: "content", from: "extension", fields: {} },
  "content.retry_refused": { target: "content", from: "extension", fields: {} },
  "content.forget_results": { target: "content", from: "extension", fields: {} },
  "content.list_images": { target: "content", from: "extension", fields: {} },
  "content.reveal_image": { target: "content", from: "extension", fields: { key: isString } },
  // The report page asks what an image is and where its bytes are.
  "content.describe_image": { target: "content", from: "extension", fields: { key: isString } },
  // The answer says whether there was a verdict to show.
  "content.reveal_next": { target: "content", from: "extension", fields: {} },
  // Around a screen copy: the first hides our own overlay and answers with the image's place, the second brings it back.
  "content.screen_place": { target: "content", from: "extension", fields: { key: isString } },
  "content.screen_copied": { target: "content", from: "extension", fields: {} },
};

/**
 * @param {string} type a key of MESSAGES
 * @param {Record<string, unknown>} [fields]
 * @returns {Message} checked
 * @throws {Error} when the type or a field is wrong
 */
export function createMessage(type, fields = {}) {
  const shape = MESSAGES[type];
  const message = { ...fields, target: shape?.target ?? "", type };
  const problem = findProblem(message);
  if (problem) throw new Error(problem);
  return message;
}

/**
 * @param {unknown} message
 * @returns {string | null} what is wrong with it; null when nothing is
 */
export function findProblem(message) {
  if (typeof message !== "object" || message === null) return "a message must be an object";
  const { target, type, ...fields } = /** @type {Message} */ (message);
  const shape = Object.hasOwn(MESSAGES, type) ? MESSAGES[type] : undefined;
  if (!shape) return `unknown message type ${JSON.stringify(type)}`;
  if (target !== shape.target) return `${type} is for ${shape.target}, not for ${JSON.stringify(target)}`;
  for (const [name, isValid] of Object.entries(shape.fields)) {
    if (!isValid(fields[name])) return `${type}: field ${name} is missing or wrong`;
  }
  const extra = Object.keys(fields).find((name) => !Object.hasOwn(shape.fields, name));
  return extra ? `${type}: unknown field ${extra}` : null;
}

/**
 * @param {unknown} reply what sendMessage resolved to
 * @returns {any} the answer's value
 * @throws {Error} with the other side's message
 */
export function unwrap(reply) {
  const { ok, value, error } = /** @type {any} */ (reply) ?? {};
  if (ok) return value;
  throw new Error(error ?? "No part of the extension answered.");
}
