// Takes pictures out of a video: by seeking a hidden, muted copy of it, or while it plays.

import { sampleTimes } from "../inference/clip-rule.js";
import { TimeoutError, withTimeout } from "../shared/with-timeout.js";
import { readPixels } from "./canvas-picture.js";

/** @typedef {{time: number, picture: Blob, isBlack: boolean}} VideoFrame time: seconds from the video's start */

const LOAD_LIMIT_MS = 15_000;
const SEEK_LIMIT_MS = 10_000;
const SHOW_LIMIT_MS = 1000;
const SEEK_TOLERANCE_S = 0.05;
const HAVE_METADATA = 1;
const HAVE_CURRENT_DATA = 2;
/** Of 255: a darker picture shows nothing. */
const BLACK_LEVEL = 12;

/** No copy of the video can be sought: it is a stream, or cannot be loaded a second time. */
export class CopyError extends Error {}

/**
 * The element itself is not touched: it plays on, or stands where it stood.
 *
 * @param {HTMLVideoElement} video whose copy is looked at
 * @param {{url: string, crossOrigin: string | null}} from crossOrigin: as the attribute
 * @param {number} count
 * @returns {AsyncGenerator<VideoFrame>} spread over the whole video
 * @throws {CopyError}
 * @throws {import("./canvas-picture.js").UnreadableError} its pixels belong to another site
 */
export async function* seekFrames(video, { url, crossOrigin }, count) {
  const copy = document.createElement("video");
  copy.muted = true;
  copy.preload = "auto";
  if (crossOrigin !== null) copy.crossOrigin = crossOrigin;
  try {
    copy.src = url;
    await happens(copy, "loadeddata", LOAD_LIMIT_MS);
    if (!Number.isFinite(copy.duration) || copy.videoWidth === 0) throw new CopyError("The video is a stream, or has no picture.");
    if (isOther(video, copy)) throw new CopyError("The address gives another video now.");
    for (const time of sampleTimes(copy.duration, count)) {
      const shown = nextShown(copy);
      copy.currentTime = time;
      await happens(copy, "seeked", SEEK_LIMIT_MS);
      await shown;
      // Of a server that hands out whole files only, browsers go back to the start instead, and say that they have sought.
      if (Math.abs(copy.currentTime - time) > SEEK_TOLERANCE_S) throw new CopyError("The video cannot be sought at its address.");
      yield await takePicture(copy, time);
    }
  } finally {
    // Ends the download.
    copy.removeAttribute("src");
    copy.load();
  }
}

/**
 * A busy browser says that it has sought before it shows the new frame, and would hand out the old one.
 *
 * @param {HTMLVideoElement} video
 * @returns {Promise<void>} once another frame is shown; where the browser does not tell, or shows nothing (a tab behind), soon
 */
function nextShown(video) {
  return new Promise((resolve) => {
    if (!video.requestVideoFrameCallback) return resolve();
    video.requestVideoFrameCallback(() => resolve());
    setTimeout(resolve, SHOW_LIMIT_MS);
  });
}

/**
 * @param {HTMLVideoElement} video
 * @param {HTMLVideoElement} copy loaded
 * @returns {boolean} whether they cannot be the same: a signed address used up, a rotating advertisement, a site that hides something
 */
function isOther(video, copy) {
  if (video.readyState < HAVE_METADATA) return false;
  const shape = (/** @type {HTMLVideoElement} */ { videoWidth, videoHeight }) => videoWidth / videoHeight;
  return Math.abs(video.duration - copy.duration) > 0.5 || Math.abs(shape(video) - shape(copy)) > 0.02;
}

/**
 * @param {HTMLVideoElement} video of the page, which plays; a moment at which it stands still gives no picture
 * @param {{seconds: number, count: number}} span
 * @returns {AsyncGenerator<VideoFrame>} spread over the next seconds
 */
export async function* liveFrames(video, { seconds, count }) {
  for (const time of liveTimes(video, seconds, count)) {
    if (await time) yield await takePicture(video, video.currentTime);
  }
}

/**
 * @param {HTMLVideoElement} video
 * @param {number} seconds
 * @param {number} count
 * @returns {Generator<Promise<boolean>>} each: whether there is another picture than before
 */
export function* liveTimes(video, seconds, count) {
  let last = Number.NaN;
  const isNew = () => {
    if (video.readyState < HAVE_CURRENT_DATA || video.currentTime === last) return false;
    last = video.currentTime;
    return true;
  };
  for (let index = 0; index < count; index += 1) {
    yield index === 0 ? Promise.resolve(isNew()) : new Promise((resolve) => setTimeout(() => resolve(isNew()), (1000 * seconds) / count));
  }
}

/**
 * @param {HTMLVideoElement} video
 * @param {number} time
 * @returns {Promise<VideoFrame>}
 */
async function takePicture(video, time) {
  const picture = await readPixels(video, { width: video.videoWidth, height: video.videoHeight });
  return { time, picture, isBlack: isBlack(video) };
}

/** @param {HTMLVideoElement} video whose pixels can be read */
function isBlack(video) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 18 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context?.drawImage(video, 0, 0, 32, 18);
  const pixels = context?.getImageData(0, 0, 32, 18).data ?? [];
  return pixels.every((value, index) => index % 4 === 3 || value < BLACK_LEVEL);
}

/**
 * @param {HTMLVideoElement} video
 * @param {"loadeddata" | "seeked"} name of an event
 * @param {number} limitMs
 * @throws {CopyError} when it does not come
 */
async function happens(video, name, limitMs) {
  const abort = new AbortController();
  const { signal } = abort;
  const event = new Promise((resolve, reject) => {
    video.addEventListener(name, resolve, { signal });
    video.addEventListener("error", () => reject(new CopyError("The video cannot be loaded a second time.")), { signal });
  });
  try {
    await withTimeout(event, limitMs, "The video did not load in time.");
  } catch (error) {
    throw error instanceof TimeoutError ? new CopyError(error.message) : error;
  } finally {
    abort.abort();
  }
}
