// The rule by which clips are judged, as the model manifest has it: which frames, which faces are one, how many decide.

/**
 * @typedef {object} ClipRule
 * @property {number} frames of a video: the middles of so many equal parts
 * @property {number} animationFrames of an animated image, the first one included
 * @property {number} liveSeconds a stream that cannot be sought is watched for so long
 * @property {number} minFrames a face counts once so many frames show it large enough
 * @property {number} minIou two boxes of successive frames that overlap so much are one face
 * @property {number} maxCentreDistance or whose centres are so near, in sides of the smaller box
 */

/**
 * @param {import("./manifest-entry.js").ManifestEntry} entry
 * @returns {ClipRule}
 */
export function parseClipRule(entry) {
  return {
    frames: entry.get("frames").number(2),
    animationFrames: entry.get("animation_frames").number(1),
    liveSeconds: entry.get("live_seconds").number(1),
    minFrames: entry.get("min_frames").number(1),
    minIou: entry.get("min_iou").number(0, 1),
    maxCentreDistance: entry.get("max_centre_distance").number(0),
  };
}

/**
 * @param {number} duration seconds
 * @param {number} count
 * @returns {number[]} the middles of so many equal parts: never the very first or last frame
 */
export function sampleTimes(duration, count) {
  return Array.from({ length: count }, (_, index) => (duration * (index + 0.5)) / count);
}

/**
 * @param {number} frames of an animation
 * @param {number} count
 * @returns {number[]} which of them to look at: the first, and others spread evenly
 */
export function animationIndices(frames, count) {
  return [...new Set(Array.from({ length: count }, (_, index) => Math.floor((index * frames) / count)))];
}
