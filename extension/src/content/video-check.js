// Checks a video: finds a way to its pictures, has each judged by the background, and the clip by what they show.

import { readImageSource } from "../inference/image-source.js";
import { bytesOfBase64 } from "../shared/base64.js";
import { UnreadableError } from "./canvas-picture.js";
import { isForeign, toDataUrl } from "./image-source.js";
import { CopyError, liveFrames, liveTimes, seekFrames } from "./video-frames.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("../inference/clip-verdict.js").JudgedFrame & {picture?: Blob}} SeenFrame */
/** @typedef {import("../inference/clip-rule.js").ClipRule} ClipRule */
/** @typedef {import("./tracked-video.js").TrackedVideo} TrackedVideo */

/** The video has no verdict; `code` says why. */
class VideoError extends Error {
  /** @param {"video_protected" | "video_black" | "video_paused" | "video_unreadable" | "not_as_shown"} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** One check at a time for each video; whatever goes wrong becomes a failed result. */
export class VideoCheck {
  #ask;
  #running = /** @type {WeakMap<TrackedVideo, Promise<Result>>} */ (new WeakMap());

  /** @param {(type: string, fields?: Record<string, unknown>) => Promise<any>} ask the background */
  constructor(ask) {
    this.#ask = ask;
  }

  /**
   * @param {TrackedVideo} tracked its frame for the report is set
   * @returns {Promise<Result>}
   */
  of(tracked) {
    const running = this.#running.get(tracked) ?? this.#check(tracked).finally(() => this.#running.delete(tracked));
    this.#running.set(tracked, running);
    return running;
  }

  /** @param {TrackedVideo} tracked @returns {Promise<Result>} */
  async #check(tracked) {
    try {
      if (tracked.video.mediaKeys) throw new VideoError("video_protected");
      const { frames, via } = await this.#look(tracked, await this.#ask("video.rule"));
      // Without the copies of the screen: a dozen are more than one message may hold.
      const judged = frames.map(({ time, result }) => ({ time, result: { ...result, copy: undefined } }));
      /** @type {Result} */
      const result = await this.#ask("video.verdict", { key: tracked.key, frames: judged, via });
      const shown = frames.filter((frame) => frame.result.status !== "failed")[result.clip?.worstFrame ?? 0];
      tracked.frame = shown?.picture ?? null;
      return { ...result, ...(shown?.result.copy && { copy: shown.result.copy }) };
    } catch (error) {
      const known = error instanceof VideoError || error instanceof UnreadableError ? { code: error.code } : {};
      return { status: "failed", media: "video", ...known, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /**
   * @param {TrackedVideo} tracked
   * @param {ClipRule} rule
   * @returns {Promise<{frames: SeenFrame[], via: "bytes" | "screen_copy"}>}
   */
  async #look(tracked, rule) {
    for await (const { url, crossOrigin } of this.#copies(tracked)) {
      try {
        return { frames: await this.#judge(tracked, seekFrames(tracked.video, { url, crossOrigin }, rule.frames), rule), via: "bytes" };
      } catch (error) {
        // Another copy may do, or the video itself.
        if (!(error instanceof CopyError || (error instanceof UnreadableError && error.code === "unreadable"))) throw error;
      }
    }
    try {
      return { frames: await this.#judge(tracked, liveFrames(tracked.video, { seconds: rule.liveSeconds, count: rule.frames }), rule), via: "bytes" };
    } catch (error) {
      if (!(error instanceof UnreadableError && error.code === "unreadable")) throw error;
    }
    return { frames: await this.#copyScreen(tracked, rule), via: "screen_copy" };
  }

  /**
   * What a copy of the video may be loaded from, the least demanding first.
   *
   * @param {TrackedVideo} tracked
   * @returns {AsyncGenerator<{url: string, crossOrigin: string | null}>}
   */
  async *#copies({ video, url }) {
    if (!/^(https?|blob|data|file):/.test(url)) return;
    const mayBeClosed = isForeign(url);
    if (!mayBeClosed || video.crossOrigin !== null) yield { url, crossOrigin: video.crossOrigin };
    if (mayBeClosed && video.crossOrigin === null) yield { url, crossOrigin: "anonymous" };
    if (!url.startsWith("http")) return;
    const bytes = mayBeClosed ? await this.#ask("video.read", { url }).then(bytesOf) : await readOwn(url);
    if (!bytes) return;
    const own = URL.createObjectURL(new Blob([bytes]));
    try {
      yield { url: own, crossOrigin: null };
    } finally {
      URL.revokeObjectURL(own);
    }
  }

  /**
   * @param {TrackedVideo} tracked
   * @param {AsyncGenerator<import("./video-frames.js").VideoFrame>} pictures
   * @param {ClipRule} rule
   * @returns {Promise<SeenFrame[]>}
   */
  async #judge(tracked, pictures, { minFrames }) {
    /** @type {import("./video-frames.js").VideoFrame[]} */
    const taken = [];
    for await (const frame of pictures) taken.push(frame);
    requireCurrent(tracked);
    if (taken.length < minFrames) throw new VideoError("video_paused");
    if (taken.every(({ isBlack }) => isBlack)) throw new VideoError("video_black");
    const frames = [];
    for (const { time, picture } of taken) {
      const source = { kind: "data", dataUrl: await toDataUrl(picture) };
      frames.push({ time, picture, result: await this.#ask("video.frame", { key: tracked.key, time, source }) });
    }
    return frames;
  }

  /**
   * @param {TrackedVideo} tracked
   * @param {ClipRule} rule
   * @returns {Promise<SeenFrame[]>} fewer than of a copy: the screen is copied and judged in turns
   */
  async #copyScreen(tracked, { liveSeconds, frames: count, minFrames }) {
    const { video, key } = tracked;
    const frames = [];
    for (const isNew of liveTimes(video, liveSeconds, count)) {
      if (!(await isNew)) continue;
      const time = video.currentTime;
      frames.push({ time, result: await this.#ask("video.frame", { key, time, source: null }) });
    }
    requireCurrent(tracked);
    if (frames.length < minFrames) throw new VideoError("video_unreadable");
    return frames;
  }
}

/** @param {TrackedVideo} tracked of which frames were taken: what it began to play meanwhile is not to be mixed in */
function requireCurrent({ isCurrent }) {
  if (!isCurrent) throw new VideoError("not_as_shown");
}

/** @param {string} url of a video of the page's own site @returns {Promise<ArrayBuffer | null>} asked for as the page asks for it */
function readOwn(url) {
  return readImageSource({ kind: "url", url, credentials: "include" }).catch(() => null);
}

/** @param {{dataUrl: string} | null} read in base64 @returns {Uint8Array<ArrayBuffer> | null} without a request, which the page's policy could forbid */
function bytesOf(read) {
  if (!read) return null;
  return bytesOfBase64(read.dataUrl.slice(read.dataUrl.indexOf(",") + 1));
}
