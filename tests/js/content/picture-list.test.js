// What the report is told of a picture: which bytes are its own file, and which were made from what shows.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PictureList } from "../../../extension/src/content/picture-list.js";
import { TrackedImage } from "../../../extension/src/content/tracked-image.js";
import { TrackedVideo } from "../../../extension/src/content/tracked-video.js";

/** @type {any} */
const browser = globalThis;
const { fetch } = browser;
const ADDRESS = "https://a.org/x.jpg";
/** Addresses that the page has revoked. */
const revoked = new Set(["blob:gone"]);

class FakeElement {
  naturalWidth = 200;
  naturalHeight = 200;
  getAttribute() {
    return "";
  }
}

class FakeImage extends FakeElement {}

/** Keeps the pixels that are put on it, and becomes a file. */
class FakeCanvas extends FakeElement {
  #kept = new Uint8ClampedArray();
  getContext() {
    return {
      createImageData: (/** @type {number} */ width, /** @type {number} */ height) => ({ data: new Uint8ClampedArray(width * height * 4) }),
      putImageData: (/** @type {any} */ { data }) => (this.#kept = data),
      getImageData: () => ({ data: this.#kept }),
      drawImage: () => undefined,
    };
  }
  toBlob(/** @type {(blob: Blob) => void} */ done) {
    done(new Blob(["pixels"], { type: "image/png" }));
  }
}

before(() => {
  Object.assign(browser, {
    HTMLImageElement: FakeImage,
    HTMLCanvasElement: FakeCanvas,
    location: { href: "https://a.org/" },
    document: { createElement: () => new FakeCanvas() },
    fetch: async (/** @type {string} */ url) => {
      if (revoked.has(url)) throw new TypeError("Failed to fetch");
      return new Response("file");
    },
    FileReader: class {
      readAsDataURL(/** @type {Blob} */ blob) {
        void blob.text().then((text) => Object.assign(this, { result: `data:image/png,${text}` }) && /** @type {any} */ (this).onload());
      }
    },
  });
});

after(() => (browser.fetch = fetch));

/** What the report page is told, in short. */
async function told(tracked, result = {}) {
  Object.assign(tracked, { result });
  const { source, copyOf } = await new PictureList(/** @type {any} */ ({ shownAlone: tracked })).describe(tracked.key);
  return [source.url ?? source.dataUrl, copyOf];
}

const image = (/** @type {string} */ url, element = new FakeImage()) => new TrackedImage(/** @type {any} */ (element), url);

test("what an address gives is the picture's own file", async () => {
  assert.deepEqual(await told(image(ADDRESS)), [ADDRESS, null]);
  assert.deepEqual(await told(image("data:image/png,own")), ["data:image/png,own", null]);
  assert.deepEqual(await told(image("blob:own")), ["data:image/png,file", null]);
});

test("what was drawn off the page is not", async () => {
  assert.deepEqual(await told(image(ADDRESS), { isDrawn: true }), ["data:image/png,pixels", "pixels"]);
  assert.deepEqual(await told(image("blob:gone")), ["data:image/png,pixels", "pixels"]);
  assert.deepEqual(await told(image("canvas:1", new FakeCanvas())), ["data:image/png,pixels", "pixels"]);
});

test("nor is the frame of a video", async () => {
  const tracked = new TrackedVideo(/** @type {any} */ (Object.assign(new FakeElement(), { currentSrc: "https://a.org/x.mp4" })));
  tracked.frame = new Blob(["a frame"]);
  assert.deepEqual(await told(tracked, { clip: {}, status: "scored" }), ["data:image/png,a frame", "frame"]);
});
