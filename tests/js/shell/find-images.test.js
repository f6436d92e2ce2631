// Which images are worth a check.

import assert from "node:assert/strict";
import { test } from "node:test";

import { backgroundFit, firstAddress } from "../../../extension/src/content/css-background.js";
import { isLargeEnough, sourceKindOf } from "../../../extension/src/content/find-images.js";
import { imageKeyOf } from "../../../extension/src/content/image-key.js";
import { boxOnPage, fitImage, intersect } from "../../../extension/src/content/image-geometry.js";
import { fitnessOf } from "../../../extension/src/content/picture.js";

const URL_OF_PHOTO = "https://a.org/x.jpg";
/** @param {Partial<HTMLImageElement>} image */
const imageLike = (image) =>
  /** @type {HTMLImageElement} */ ({ complete: true, naturalWidth: 200, naturalHeight: 200, loading: "eager", ...image });

test("http, data: and blob: images are read, drawings and other schemes are not", () => {
  assert.equal(sourceKindOf("https://a.org/x.jpg?w=3"), "url");
  assert.equal(sourceKindOf("data:image/png;base64,AA"), "data");
  assert.equal(sourceKindOf("blob:https://a.org/1"), "blob");
  for (const url of ["https://a.org/logo.svg?v=1", "data:image/svg+xml,x", "data:text/html,x", "chrome://x", "file:///x.jpg", ""]) {
    assert.equal(sourceKindOf(url), null, url);
  }
});

test("both sides must be large enough", () => {
  assert.ok(isLargeEnough({ width: 48, height: 48 }));
  assert.ok(!isLargeEnough({ width: 47, height: 400 }));
  assert.ok(!isLargeEnough({ width: 400, height: 0 }));
});

test("an image is judged by what it has loaded", () => {
  assert.equal(fitnessOf(imageLike({}), URL_OF_PHOTO), "fit");
  assert.equal(fitnessOf(imageLike({ complete: false }), URL_OF_PHOTO), "loading");
  assert.equal(fitnessOf(imageLike({ naturalWidth: 0, loading: "lazy" }), URL_OF_PHOTO), "loading");
  assert.equal(fitnessOf(imageLike({ naturalWidth: 0 }), URL_OF_PHOTO), "broken");
  assert.equal(fitnessOf(imageLike({ naturalHeight: 20 }), URL_OF_PHOTO), "unfit");
  assert.equal(fitnessOf(imageLike({}), ""), "unfit");
  assert.equal(fitnessOf(imageLike({}), "data:image/svg+xml,x"), "unfit");
});

test("a background's first picture is read out of the computed style", () => {
  assert.equal(firstAddress('linear-gradient(red, blue), url("https://a.org/x.jpg"), url("https://a.org/y.jpg")'), "https://a.org/x.jpg");
  assert.equal(firstAddress('image-set(url("https://a.org/1.jpg") 1dppx, url("https://a.org/2.jpg") 2dppx)'), "https://a.org/1.jpg");
  assert.equal(firstAddress('url("https://a.org/a\\"b(1).jpg")'), 'https://a.org/a"b(1).jpg');
  assert.equal(firstAddress("linear-gradient(red, blue)"), null);
  assert.equal(firstAddress("none"), null);
});

test("a background lies in its box as an image with the same words would", () => {
  const url = 'url("https://a.org/a,b(c.jpg")';
  const fitOf = (backgroundSize, backgroundPosition, backgroundImage = url) => backgroundFit({ backgroundImage, backgroundSize, backgroundPosition });
  assert.deepEqual(fitOf("cover", "50% 0%"), { fit: "cover", position: "50% 0%" });
  assert.equal(fitOf("auto", "0% 0%").fit, "none");
  assert.equal(fitOf("100px 50%", "0% 0%").fit, "fill");
  const layered = `linear-gradient(rgb(0, 0, 0), rgba(0, 0, 0, calc(1 + 2))), ${url}, url("https://a.org/d.jpg")`;
  assert.deepEqual(fitOf("auto, contain, auto", "0% 0%, 50% 50%, 0% 0%", layered), { fit: "contain", position: "50% 50%" });
  assert.deepEqual(fitOf("cover", "0% 0%, 1px 2px", layered), { fit: "cover", position: "1px 2px" });
});

test("an address of many megabytes is read as a short one is", () => {
  const url = `data:image/png;base64,${"A".repeat(12e6)}`;
  assert.equal(firstAddress(`url("${url}")`), url);
  assert.equal(backgroundFit({ backgroundImage: `url("${url}"), none`, backgroundSize: "cover", backgroundPosition: "1px 2px" }).fit, "cover");
  assert.equal(firstAddress('url("https://a.org/x\\\\"), url("https://a.org/y")'), "https://a.org/x\\");
});

test("what cannot be read as an address is none", () => {
  for (const url of ["http://[", "https://a b/"]) assert.equal(sourceKindOf(url), null, url);
});

test("the key of a long data: URL is short, and differs where the image does", () => {
  const url = `data:image/png;base64,${"A".repeat(100_000)}`;
  assert.equal(imageKeyOf("https://a.org/x.jpg"), "https://a.org/x.jpg");
  assert.ok(imageKeyOf(url).length < 200);
  assert.notEqual(imageKeyOf(`${url}A`), imageKeyOf(`${url}B`));
  assert.equal(imageKeyOf(url), imageKeyOf(`${url}`));
});

test("long addresses that have not been used for long are forgotten, and never have the key of another", () => {
  const url = `data:image/png;base64,${"A".repeat(10e6)}`;
  const keys = Array.from({ length: 12 }, (_, index) => imageKeyOf(url + String.fromCharCode(65 + index)));
  assert.equal(new Set(keys).size, 12);
  assert.equal(imageKeyOf(`${url}L`), keys[11], "the last one is known still");
  assert.ok(!keys.includes(imageKeyOf(`${url}A`)), "the first one has another key now");
});

test("object-fit decides where the pixels lie", () => {
  const box = { x: 10, y: 20, width: 200, height: 100 };
  const natural = { width: 100, height: 100 };
  assert.deepEqual(fitImage(box, natural, "fill", "50% 50%"), box);
  assert.deepEqual(fitImage(box, natural, "contain", "50% 50%"), { x: 60, y: 20, width: 100, height: 100 });
  assert.deepEqual(fitImage(box, natural, "cover", "50% 0%"), { x: 10, y: 20, width: 200, height: 200 });
  assert.deepEqual(fitImage(box, { width: 50, height: 50 }, "none", "0px 10px"), { x: 10, y: 30, width: 50, height: 50 });
  assert.deepEqual(fitImage(box, { width: 50, height: 50 }, "scale-down", "100% 100%"), { x: 160, y: 70, width: 50, height: 50 });
});

test("a face's box is carried from the image to the page", () => {
  const place = { x: 100, y: 50, width: 200, height: 100 };
  assert.deepEqual(boxOnPage([10, 20, 30, 40], { width: 400, height: 200 }, place), { x: 105, y: 60, width: 10, height: 10 });
  assert.deepEqual(intersect(place, { x: 250, y: 0, width: 100, height: 100 }), { x: 250, y: 50, width: 50, height: 50 });
  assert.equal(intersect(place, { x: 900, y: 0, width: 5, height: 5 }).width, 0);
});
