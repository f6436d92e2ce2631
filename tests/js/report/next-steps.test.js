// Reverse image searches: which addresses may be handed to them, and how.

import assert from "node:assert/strict";
import { test } from "node:test";

import { imageSearches, isPublicAddress } from "../../../extension/src/report/next-steps.js";

test("a public image is searched by its address, whole and escaped", () => {
  const url = "https://a.org/x.jpg?size=2&name=a b";
  for (const search of imageSearches(url)) {
    assert.ok(search.sendsAddress);
    assert.ok(search.url.endsWith(encodeURIComponent(url)));
  }
});

test("an image that only this computer can reach is handed over by hand", () => {
  for (const url of ["", "file:///home/a.jpg", "data:image/png;base64,A", "http://localhost/a.jpg", "http://192.168.0.7/a.jpg", "http://[::1]/a.jpg", "http://nas.local/a.jpg", "https://intranet/a.jpg"]) {
    assert.ok(!isPublicAddress(url), url);
    for (const search of imageSearches(url)) {
      assert.ok(!search.sendsAddress);
      assert.equal(new URL(search.url).search, "");
    }
  }
});
