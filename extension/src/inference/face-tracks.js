// Joins the faces of a clip's successive frames to tracks, as the trainer's clips.py does.

import { overlap } from "./boxes.js";

/** @typedef {import("./clip-rule.js").ClipRule} ClipRule */
/** @typedef {import("./verdict.js").Band} Band */
/**
 * @typedef {object} Sighting one face in one frame
 * @property {number} frame its index among the frames looked at
 * @property {number[]} boxXyxy pixels of the frame
 * @property {number} [fakeScore] in [0, 1]; none for a face that is too small to be judged
 * @property {Band} [band] of this face in this frame
 */

/**
 * Greedy: of all pairs of a track's last box and a new box the largest overlap first, then, without enough overlap, the
 * nearest centres. A face without a track starts one; a track may miss frames.
 *
 * @param {Sighting[][]} frames the faces of each frame
 * @param {Pick<ClipRule, "minIou" | "maxCentreDistance">} rule
 * @returns {Sighting[][]} tracks, in order of their first frame
 */
export function trackFaces(frames, rule) {
  /** @type {Sighting[][]} */
  const tracks = [];
  for (const faces of frames) {
    const pairs = tracks.flatMap((track, index) =>
      faces.flatMap((face, number) => {
        const rank = rankOf(track[track.length - 1].boxXyxy, face.boxXyxy, rule);
        return rank ? [[...rank, index, number]] : [];
      }),
    );
    const [takenTracks, takenFaces] = [new Set(), new Set()];
    for (const [, , index, number] of pairs.sort(compare)) {
      if (takenTracks.has(index) || takenFaces.has(number)) continue;
      takenTracks.add(index);
      takenFaces.add(number);
      tracks[index].push(faces[number]);
    }
    tracks.push(...faces.filter((_, number) => !takenFaces.has(number)).map((face) => [face]));
  }
  return tracks;
}

/**
 * @param {number[]} last
 * @param {number[]} box
 * @param {Pick<ClipRule, "minIou" | "maxCentreDistance">} rule
 * @returns {[number, number] | null} lower is better; null when they are too far apart to be one face
 */
function rankOf(last, box, { minIou, maxCentreDistance }) {
  const shared = overlap(asCorners(last), asCorners(box), "union");
  if (shared >= minIou) return [0, -shared];
  const across = (last[0] + last[2] - box[0] - box[2]) / 2;
  const down = (last[1] + last[3] - box[1] - box[3]) / 2;
  const distance = Math.sqrt(across * across + down * down) / Math.min(sideOf(last), sideOf(box));
  return distance <= maxCentreDistance ? [1, distance] : null;
}

/** @param {number[]} boxXyxy */
function asCorners([x1, y1, x2, y2]) {
  return { x1, y1, x2, y2, score: 1 };
}

/** @param {number[]} boxXyxy @returns {number} the longer one */
function sideOf([x1, y1, x2, y2]) {
  return Math.max(x2 - x1, y2 - y1);
}

/** @param {number[]} a @param {number[]} b @returns {number} by the first number in which they differ */
function compare(a, b) {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : a[at] - b[at];
}
