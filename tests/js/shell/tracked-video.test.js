// A tile of a video call: it is another video where it shows another person, and no clip has frames of both.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { TrackedVideo } from "../../../extension/src/content/tracked-video.js";
import { VideoCheck } from "../../../extension/src/content/video-check.js";

const RULE = { frames: 3, minFrames: 2, liveSeconds: 0 };
const SCORED = { status: "scored", band: "no_traces", fakeScore: 0.1 };

class FakeStream {
  /** @param {string} id @param {...string} tracks */
  constructor(id, ...tracks) {
    this.id = id;
    this.tracks = tracks;
  }

  getVideoTracks() {
    return this.tracks.map((id) => ({ id }));
  }
}

/** A video that plays on whenever it is looked at. */
class FakeVideo {
  isConnected = true;
  currentSrc = "";
  src = "";
  readyState = 4;
  #time = 0;

  /** @param {object | null} srcObject */
  constructor(srcObject) {
    this.srcObject = srcObject;
  }

  get currentTime() {
    return (this.#time += 1);
  }
}

/** What happens whenever a frame is drawn. */
let onFrame = () => {};

/** A canvas that keeps pixels; without any, what it shows is not black. */
function fakeCanvas() {
  let kept = Uint8ClampedArray.of(200, 200, 200, 255);
  const context = {
    createImageData: (/** @type {number} */ width, /** @type {number} */ height) => ({ data: new Uint8ClampedArray(width * height * 4) }),
    putImageData: (/** @type {any} */ { data }) => (kept = data),
    getImageData: () => ({ data: kept }),
    drawImage: () => onFrame(),
  };
  return { getContext: () => context, toBlob: (/** @type {(blob: Blob) => void} */ done) => done(new Blob(["pixels"], { type: "image/png" })) };
}

before(() => {
  Object.assign(globalThis, {
    MediaStream: FakeStream,
    HTMLCanvasElement: class {},
    document: { createElement: fakeCanvas },
    FileReader: class {
      readAsDataURL() {
        /** @type {any} */ (this).result = "data:image/png;base64,AA";
        /** @type {any} */ (this).onload();
      }
    },
  });
});

/** @param {object | null} srcObject */
function track(srcObject) {
  const video = new FakeVideo(srcObject);
  return { video, tracked: new TrackedVideo(/** @type {any} */ (video)) };
}

/** Checks it, with a log of what the background was asked. */
async function check(/** @type {TrackedVideo} */ tracked) {
  /** @type {string[]} */
  const asked = [];
  const answers = { "video.rule": RULE, "video.frame": SCORED, "video.verdict": SCORED };
  const result = await new VideoCheck(async (type) => (asked.push(type), answers[/** @type {keyof typeof answers} */ (type)])).of(tracked);
  return { result, asked };
}

test("another stream in the same element, or another track in the same stream, is another video", () => {
  const first = new FakeStream("a", "1");
  const { video, tracked } = track(first);
  assert.ok(tracked.isCurrent);
  video.srcObject = new FakeStream("b", "1");
  assert.equal(tracked.isCurrent, false);
  assert.notEqual(new TrackedVideo(/** @type {any} */ (video)).key, tracked.key);
  video.srcObject = first;
  assert.ok(tracked.isCurrent);
  first.tracks = ["2"];
  assert.equal(tracked.isCurrent, false);
});

test("what has neither an address nor an id is told apart too", () => {
  const source = {};
  const { video, tracked } = track(source);
  assert.ok(tracked.isCurrent);
  video.srcObject = {};
  assert.equal(tracked.isCurrent, false);
  Object.assign(video, { srcObject: null, currentSrc: "https://a.org/x.mp4" });
  assert.equal(tracked.isCurrent, false);
});

test("a tile that goes on showing the same person has a verdict", async () => {
  onFrame = () => {};
  const { result, asked } = await check(track(new FakeStream("a", "1")).tracked);
  assert.equal(result.status, "scored");
  assert.deepEqual(asked, ["video.rule", "video.frame", "video.frame", "video.frame", "video.verdict"]);
});

test("a tile that shows another person in the middle of a check has none", async () => {
  const { video, tracked } = track(new FakeStream("a", "1"));
  onFrame = () => (video.srcObject = new FakeStream("b", "1"));
  const { result, asked } = await check(tracked);
  assert.deepEqual([result.status, result.code], ["failed", "not_as_shown"]);
  assert.deepEqual(asked, ["video.rule"]);
});
