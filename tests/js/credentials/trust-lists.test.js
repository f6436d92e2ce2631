// The C2PA's lists are in the package as the C2PA published them, and are as old as it says.

import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { TRUST_LIST_DATE, TRUST_LISTS } from "../../../extension/src/credentials/trust-lists.js";

const FOLDER = new URL("../../../extension/trust-lists/", import.meta.url);
const NOTES = readFileSync(new URL("README.md", FOLDER), "utf8");
const lists = TRUST_LISTS.map((path) => path.split("/").at(-1)).map((name) => ({ name, bytes: readFileSync(new URL(name, FOLDER)) }));

test("each list has the hash that is noted, and the noted number of certificates of authorities", () => {
  for (const { name, bytes } of lists) {
    assert.ok(NOTES.includes(`| \`${name}\` |`) && NOTES.includes(createHash("sha256").update(bytes).digest("hex")), name);
    const certificates = bytes.toString().match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    assert.match(NOTES.replaceAll("\n", " "), new RegExp(`\\\`${name}\\\`, ${certificates.length}( certificates)?\\)`), name);
    for (const text of certificates) assert.ok(new X509Certificate(text).ca, text);
  }
});

test("the date that reports give is the one that is noted", () => {
  const written = new Date(TRUST_LIST_DATE).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  assert.ok(NOTES.includes(written), written);
});
