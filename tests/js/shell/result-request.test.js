// What is asked of the background for an image, and what comes instead where its address gives another picture than the page shows.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { ResultRequest } from "../../../extension/src/content/result-request.js";

const SCORED = { status: "scored", band: "no_traces", fakeScore: 0.1 };
const OTHER = { status: "failed", code: "not_as_shown" };
const ASKED = { wasAsked: true, screenCopy: true, isVisible: true };
const URL_OF_PHOTO = "https://a.org/random.jpg";

class FakeImage {
  localName = "img";
  complete = true;
  loading = "eager";
  currentSrc = URL_OF_PHOTO;
  naturalWidth = 800;
  naturalHeight = 600;
  orientation = "from-image";
  isForeign = false;
}

/** A canvas that keeps what is drawn, and hands nothing out once something foreign was drawn on it. */
function fakeCanvas() {
  let kept = new Uint8ClampedArray();
  let isTainted = false;
  return {
    getContext: () => ({
      createImageData: (/** @type {number} */ width, /** @type {number} */ height) => ({ data: new Uint8ClampedArray(width * height * 4) }),
      putImageData: (/** @type {any} */ { data }) => (kept = data),
      getImageData: () => ({ data: kept }),
      drawImage: (/** @type {FakeImage} */ image) => (isTainted = image.isForeign),
    }),
    toBlob: (/** @type {(blob: Blob) => void} */ done) => {
      if (isTainted) throw new DOMException("tainted", "SecurityError");
      done(new Blob(["pixels"], { type: "image/png" }));
    },
  };
}

before(() => {
  Object.assign(globalThis, {
    HTMLImageElement: FakeImage,
    HTMLCanvasElement: class {},
    document: { createElement: fakeCanvas },
    getComputedStyle: (/** @type {FakeImage} */ image) => ({ imageOrientation: image.orientation }),
    FileReader: class {
      async readAsDataURL(/** @type {Blob} */ blob) {
        /** @type {any} */ (this).result = `data:${blob.type};base64,${btoa(await blob.text())}`;
        /** @type {any} */ (this).onload();
      }
    },
  });
});

/** Asks for an image; the background answers with each of `answers` in turn. */
async function ask(/** @type {Partial<FakeImage>} */ image, options, ...answers) {
  /** @type {any[]} */
  const asked = [];
  const request = new ResultRequest(async (_, fields) => (asked.push(fields), answers[asked.length - 1]));
  const tracked = { image: Object.assign(new FakeImage(), image), key: "k", url: URL_OF_PHOTO };
  return { result: await request.ofImage(/** @type {any} */ (tracked), options), asked };
}

test("the background is told the size of what shows, where that is the upright picture's", async () => {
  const shownOf = async (/** @type {Partial<FakeImage>} */ image) => (await ask(image, ASKED, SCORED)).asked[0].shown;
  assert.deepEqual(await shownOf({}), { width: 800, height: 600 });
  assert.equal(await shownOf({ orientation: "none" }), undefined);
  assert.equal(await shownOf({ complete: false }), undefined, "it may be the size of what showed before");
});

/** A picture that is near and comes into view while its check is awaited; what was sent, and what became of both. */
async function comeIntoView(/** @type {any[]} */ ...answers) {
  /** @type {any[]} */
  const sent = [];
  /** @type {(() => void)[]} */
  const waiting = [];
  const request = new ResultRequest(async (type, fields) => {
    sent.push([type, fields?.visible]);
    if (type === "image.hurry") throw new Error("The background is gone.");
    await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    return answers.shift();
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const tracked = /** @type {any} */ ({ image: new FakeImage(), key: "k", url: URL_OF_PHOTO });
  const near = { wasAsked: false, screenCopy: false, isVisible: false };
  const results = [request.ofImage(tracked, near)];
  await turn();
  results.push(request.ofImage(tracked, { ...near, isVisible: true }));
  for (await turn(); waiting.length > 0; await turn()) waiting.splice(0).forEach((answer) => answer());
  return { sent, results: await Promise.all(results) };
}

test("a picture that comes into view while another copy of it is awaited is asked for once, and hurried", async () => {
  const { sent, results } = await comeIntoView(SCORED);
  assert.deepEqual(results, [SCORED, SCORED]);
  assert.deepEqual(sent, [["image.check", false], ["image.hurry", undefined]]);
});

test("what a full queue refused while it was only near is asked for again as what is seen, once", async () => {
  const busy = { status: "failed", code: "busy" };
  const again = await comeIntoView(busy, SCORED);
  assert.deepEqual(again.results, [SCORED, SCORED]);
  assert.deepEqual(again.sent, [["image.check", false], ["image.hurry", undefined], ["image.check", true]]);
  assert.deepEqual((await comeIntoView(busy, busy)).results, [busy, busy]);
});

test("the pixels of a picture that has come into view meanwhile are asked for as what is seen", async () => {
  const { sent } = await comeIntoView(OTHER, SCORED);
  assert.deepEqual(sent.at(-1), ["image.check", true]);
});

test("what the page lets be read is judged in place of another picture from its address", async () => {
  for (const options of [ASKED, { ...ASKED, screenCopy: false, wasAsked: false }]) {
    const { result, asked } = await ask({}, options, OTHER, SCORED);
    assert.deepEqual(asked.map(({ source }) => source), [{ kind: "url", url: URL_OF_PHOTO }, { kind: "data", dataUrl: `data:image/png;base64,${btoa("pixels")}` }]);
    assert.deepEqual(result, { ...SCORED, isDrawn: true }, "a report has to read it in the same way");
  }
});

test("where the page does not let it be read, a copy of the screen is judged, or the failure says so", async () => {
  const copied = await ask({ isForeign: true }, ASKED, OTHER, { ...SCORED, via: "screen_copy" });
  assert.deepEqual(copied.asked.map(({ source }) => source?.kind ?? null), ["url", null]);
  assert.deepEqual(copied.result, { ...SCORED, via: "screen_copy" });
  const failed = await ask({ isForeign: true }, { ...ASKED, screenCopy: false }, OTHER);
  assert.deepEqual([failed.result, failed.asked.length], [OTHER, 1]);
});
