// Checks a video that a page takes pictures of: each picture by itself, then the clip; reads one that its page may not read.

import { judgeClip } from "../inference/clip-verdict.js";
import { readImageSource } from "../inference/image-source.js";
import { dataUrlOf, MAX_SENT_BYTES } from "../shared/data-url.js";
import { latin1 } from "../shared/image-format.js";
import { PRIORITY } from "./check-queue.js";
import { toFailure } from "./image-checker.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("./image-checker.js").ImageOwner} ImageOwner */

// How video files begin: MP4 and QuickTime, WebM and Matroska, Ogg.
const SIGNATURES = [{ at: 4, text: "ftyp" }, { at: 0, text: "\x1aE\xdf\xa3" }, { at: 0, text: "OggS" }];

/** Answers the content script's video check. */
export class VideoChecker {
  #host;
  #queue;
  #permissions;
  #screenCopy;
  #verdicts;

  /**
   * @param {object} parts
   * @param {ReturnType<typeof import("#platform/inference-host.js").createInferenceHost>} parts.host
   * @param {import("./check-queue.js").CheckQueue<Result>} parts.queue
   * @param {import("./image-permissions.js").ImagePermissions} parts.permissions
   * @param {import("./screen-copy.js").ScreenCopy} parts.screenCopy
   * @param {import("./page-verdicts.js").PageVerdicts} parts.verdicts
   */
  constructor({ host, queue, permissions, screenCopy, verdicts }) {
    this.#host = host;
    this.#queue = queue;
    this.#permissions = permissions;
    this.#screenCopy = screenCopy;
    this.#verdicts = verdicts;
  }

  /** @returns {Promise<import("../inference/clip-rule.js").ClipRule>} */
  async rule() {
    return (await this.#host.describe()).clip;
  }

  /**
   * @param {{key: string, time: number, source: {kind: "data", dataUrl: string} | null}} frame source: null for a copy of the screen
   * @param {ImageOwner} owner
   * @returns {Promise<Result>} without what a timeline has no use for
   */
  async checkFrame({ key, time, source }, owner) {
    const run = () => (source ? this.#host.check({ source: { ...source, via: "bytes" }, mode: "check", isFrame: true }) : this.#checkScreen(key, owner));
    const name = ["video", owner.document, key, time].join(" ");
    const result = await this.#queue.add({ key: name, owner: owner.document, priority: PRIORITY.asked, run }).catch(toFailure);
    if (!result) throw new Error("The page is gone.");
    const faces = result.faces?.map(({ boxXyxy, status, fakeScore, band }) => ({ boxXyxy, status, fakeScore, band }));
    return { ...result, faces };
  }

  /**
   * @param {{key: string, frames: import("../inference/clip-verdict.js").JudgedFrame[], via: "bytes" | "screen_copy"}} clip
   * @param {ImageOwner} owner
   * @returns {Promise<Result>}
   */
  async judge({ key, frames, via }, owner) {
    const model = await this.#host.describe();
    const judged = frames.filter(({ result }) => result.status !== "failed").map(({ result }) => result);
    const failure = frames.find(({ result }) => result.status === "failed")?.result;
    // Too few for a clip because the others failed: that they did is the answer, not what the few show.
    const isEnough = judged.length >= model.clip.minFrames || !failure;
    const result = isEnough
      ? { ...judgeClip(frames, model, "check"), via, model: judged[0].model, imageSize: judged[0].imageSize }
      : failure;
    /** @type {Result} */
    const told = { ...result, media: "video" };
    await this.#verdicts.record(owner.tabId, owner.document, key, told);
    return told;
  }

  /**
   * @param {string} url of a video of another site
   * @param {ImageOwner} owner
   * @returns {Promise<{dataUrl: string} | null>} null where its site was not allowed, it is too large, or no video
   */
  async read(url, { isPrivate }) {
    if (!(await this.#permissions.has(url))) return null;
    const bytes = await readImageSource({ kind: "url", url, credentials: "omit", isPrivate }).catch(() => null);
    if (!bytes || bytes.byteLength > MAX_SENT_BYTES || !isVideo(bytes)) return null;
    return { dataUrl: await dataUrlOf(new Blob([bytes])) };
  }

  /**
   * @param {string} key
   * @param {ImageOwner} owner
   * @returns {Promise<Result>}
   */
  async #checkScreen(key, owner) {
    const copy = await this.#screenCopy.capture({ ...owner, key });
    const result = await this.#host.check({ source: { kind: "data", ...copy, via: "screen_copy" }, mode: "check", isFrame: true });
    return result.status === "failed" ? result : { ...result, copy };
  }
}

/** @param {ArrayBuffer} bytes */
function isVideo(bytes) {
  const start = latin1(new Uint8Array(bytes, 0, Math.min(12, bytes.byteLength)));
  return SIGNATURES.some(({ at, text }) => start.startsWith(text, at));
}
