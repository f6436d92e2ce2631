// Checks one image: its bytes, with cookies only where the user asked and was refused; else through its page, else a copy of the screen.

import { hostNameOf } from "../shared/host-patterns.js";
import { meaningOf } from "../shared/verdict-wording.js";
import { asShown } from "./as-shown.js";
import { CheckDroppedError, PRIORITY } from "./check-queue.js";
import { ScreenCopyError } from "./screen-copy.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {{kind: "url", url: string} | {kind: "data", dataUrl: string}} Source */
/**
 * @typedef {object} ImageCheck
 * @property {string} key names the image within its page
 * @property {Source | null} source null for a copy of the screen
 * @property {"check" | "automatic"} mode
 * @property {boolean} visible
 * @property {boolean} screenCopy whether a copy of the screen will do
 * @property {{width: number, height: number}} [shown] size of what the page shows, pixels; where that is known
 */
/** @typedef {{tabId: number, frameId: number, document: string, isPrivate?: boolean}} ImageOwner document: names it among all tabs; isPrivate: in a private window */

/** Who waits for what the report page has judged: no document. */
export const REPORT_OWNER = "report";

/** Runs checks through the queue and tells the page's verdicts of the results. */
export class ImageChecker {
  #host;
  #queue;
  #permissions;
  #pageReader;
  #screenCopy;
  #verdicts;
  // Checks of what was not in view when it was asked for: from an image of a document to its key in the queue.
  #near = /** @type {Map<string, string>} */ (new Map());
  // Its tables are part of the package: they do not change while the extension runs.
  #model = /** @type {import("../inference/check-result.js").ModelDescription | null} */ (null);

  /**
   * @param {object} parts
   * @param {ReturnType<typeof import("#platform/inference-host.js").createInferenceHost>} parts.host
   * @param {import("./check-queue.js").CheckQueue<Result>} parts.queue
   * @param {import("./image-permissions.js").ImagePermissions} parts.permissions
   * @param {import("./page-reader.js").PageReader} parts.pageReader
   * @param {import("./screen-copy.js").ScreenCopy} parts.screenCopy
   * @param {import("./page-verdicts.js").PageVerdicts} parts.verdicts
   */
  constructor({ host, queue, permissions, pageReader, screenCopy, verdicts }) {
    this.#host = host;
    this.#queue = queue;
    this.#permissions = permissions;
    this.#pageReader = pageReader;
    this.#screenCopy = screenCopy;
    this.#verdicts = verdicts;
  }

  /**
   * @param {ImageCheck} check
   * @param {ImageOwner} owner
   * @returns {Promise<Result | null>} null when the page is gone
   */
  async check(check, owner) {
    const judged = await this.#enqueue(check, owner).catch(toFailure);
    const result = judged && asShown(judged, check.shown);
    if (result) await this.#verdicts.record(owner.tabId, owner.document, check.key, result);
    return result;
  }

  /** @param {string} key of an image that has come into view while it waits @param {ImageOwner} owner */
  hurry(key, { document }) {
    const queued = this.#near.get(`${document} ${key}`);
    if (queued !== undefined) this.#queue.raise(queued, PRIORITY.visible);
  }

  /**
   * Judges bytes that the report page holds; they belong to no page, and the result is told to nobody else.
   *
   * @param {{dataUrl: string, crop: import("./screen-copy.js").Fractions | null, face: import("../inference/image-source.js").Area | null, via: "bytes" | "screen_copy"}} image
   *   face: to be judged in place of those that would be found
   * @returns {Promise<Result>}
   */
  async checkBytes({ dataUrl, crop, face, via }) {
    const source = /** @type {const} */ ({ kind: "data", dataUrl, via, ...(crop && { crop }) });
    const run = () => this.#host.check({ source, mode: "check", ...(face && { face }) });
    const key = ["report", via, JSON.stringify([crop, face]), dataUrl].join(" ");
    return this.#queue.add({ key, owner: REPORT_OWNER, priority: PRIORITY.asked, run });
  }

  /**
   * @param {ImageCheck} check
   * @param {ImageOwner} owner
   */
  async #enqueue(check, owner) {
    const priority = check.mode === "check" ? PRIORITY.asked : check.visible ? PRIORITY.visible : PRIORITY.near;
    const { source } = check;
    const address = source === null ? `screen ${check.key}` : source.kind === "url" ? source.url : source.dataUrl;
    // A screen copy belongs to one page; bytes are the same for every page.
    const key = [check.mode, check.screenCopy ? owner.document : "", owner.isPrivate ? "private" : "", address].join(" ");
    const image = `${owner.document} ${check.key}`;
    if (priority === PRIORITY.near) this.#near.set(image, key);
    try {
      return await this.#queue.add({ key, owner: owner.document, priority, run: () => this.#run(check, owner) });
    } finally {
      if (priority === PRIORITY.near) this.#near.delete(image);
    }
  }

  /**
   * @param {ImageCheck} check
   * @param {ImageOwner} owner
   * @returns {Promise<Result>}
   */
  async #run(check, owner) {
    const result = await this.#readAndCheck(check, owner);
    if (result.status !== "scored") return result;
    const { operatingPoints, scoreTable } = (this.#model ??= await this.#host.describe());
    return {
      ...result,
      // What a score means was counted on single pictures, and not on clips.
      ...(!result.clip && { meaning: meaningOf(/** @type {number} */ (result.fakeScore), scoreTable) }),
      // How sensitive automatic checks are the user chooses, and may choose again; one that was asked for is what it always is.
      ...(check.mode === "automatic" && { operatingPoints }),
    };
  }

  /**
   * @param {ImageCheck} check
   * @param {ImageOwner} owner
   * @returns {Promise<Result>}
   */
  async #readAndCheck(check, owner) {
    const { source, mode } = check;
    if (source === null) return this.#checkScreen(check, owner, mode);
    if (source.kind === "data") return this.#host.check({ source: { ...source, via: "bytes" }, mode });
    const { url } = source;
    const { isPrivate = false } = owner;
    const result = await this.#host.check({ source: { kind: "url", url, credentials: "omit", isPrivate }, mode });
    if (result.status !== "failed") return result;
    const isForVisitors = result.code === "refused" && mode === "check";
    // Not from a private window: the cookies would be those of the ordinary ones. Its own page has the right ones.
    if (isForVisitors && !isPrivate) return this.#host.check({ source: { kind: "url", url, credentials: "include" }, mode });
    if (!isForVisitors && (await this.#permissions.has(url))) return result;
    const read = await this.#pageReader.read(url, owner, mode === "check");
    if (read && "failure" in read) return read.failure;
    if (read) return this.#host.check({ source: { kind: "data", dataUrl: read.dataUrl, via: "bytes" }, mode });
    const noAccess = /** @type {Result} */ ({ status: "failed", code: "no_access", host: hostNameOf(url) ?? "", reason: result.reason });
    if (!check.screenCopy) return isForVisitors ? result : noAccess;
    return this.#checkScreen(check, owner, mode).catch((error) => (error instanceof ScreenCopyError && error.code === "no_access" ? noAccess : Promise.reject(error)));
  }

  /**
   * @param {ImageCheck} check
   * @param {ImageOwner} owner
   * @param {import("../inference/verdict.js").Mode} mode
   * @returns {Promise<Result>}
   */
  async #checkScreen({ key }, owner, mode) {
    const copy = await this.#screenCopy.capture({ ...owner, key });
    const judged = await this.#host.check({ source: { kind: "data", ...copy, via: "screen_copy" }, mode });
    // The report shows what was judged, and the screen has changed by then.
    return judged.status === "failed" ? judged : { ...judged, copy };
  }
}

/**
 * @param {unknown} error
 * @returns {Result | null} null when the page is gone
 */
export function toFailure(error) {
  if (error instanceof CheckDroppedError && error.code === "gone") return null;
  const code = error instanceof CheckDroppedError || error instanceof ScreenCopyError ? error.code : undefined;
  return { status: "failed", code, reason: error instanceof Error ? error.message : String(error) };
}
