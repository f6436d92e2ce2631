// Another sensitivity: every verdict that is shown follows at once, in every tab, seen or not; nothing is judged again.

import assert from "node:assert/strict";
import test from "node:test";

import { BadgeCount } from "../../../extension/src/background/badge-count.js";
import { CheckQueue } from "../../../extension/src/background/check-queue.js";
import { ImageChecker } from "../../../extension/src/background/image-checker.js";
import { PageVerdicts } from "../../../extension/src/background/page-verdicts.js";
import { judge } from "../../../extension/src/inference/verdict.js";
import { SettingsStore } from "../../../extension/src/shared/settings.js";
import { MemoryArea } from "../shell/memory-area.js";
import { checkerOn, freshForEachTest, settle, until } from "./fake-page.js";

const MODEL = {
  calibration: { temperature: 1, bias: 0 },
  operatingPoints: { check: { noTraces: [0.3], likelyFake: [0.8] }, automatic: { noTraces: [0.3], likelyFake: [0.95, 0.98] } },
  scoreTable: [],
};
/** Of one face, likely fake for the one sensitivity and not for the other. */
const EVIDENCE = { imageSize: { width: 200, height: 200 }, faces: [{ boxXyxy: [0, 0, 50, 50], detectionScore: 1, status: "scored", logit: 2 }] };

const scene = freshForEachTest();

/** The background's parts as they are wired, around a model that logs what it judges. */
function createBackground() {
  const judged = /** @type {string[]} */ ([]);
  const numbers = /** @type {Record<number, string>} */ ({});
  const settings = new SettingsStore(new MemoryArea());
  const session = /** @type {any} */ (new MemoryArea());
  const startVerdicts = () => new PageVerdicts(session, async () => true, 0);
  const verdicts = startVerdicts();
  const host = {
    describe: async () => MODEL,
    check: async ({ source, mode }) => (judged.push(source.url), judge(/** @type {any} */ (EVIDENCE), /** @type {any} */ (MODEL), mode)),
  };
  const checker = new ImageChecker(/** @type {any} */ ({ host, verdicts, queue: new CheckQueue() }));
  const action = { setBadgeText: async ({ tabId, text }) => (numbers[tabId] = text), setBadgeBackgroundColor: async () => {}, setBadgeTextColor: async () => {}, setTitle: async () => {} };
  const wire = (/** @type {PageVerdicts} */ known) => {
    const count = new BadgeCount(/** @type {any} */ (action), known, (key) => key, settings);
    known.onChange((tabId) => void count.update(tabId));
    return count;
  };
  wire(verdicts);
  /** A worker that was stopped is started by the change, and knows of no tab. */
  settings.onChange(() => void wire(startVerdicts()).updateAll());
  const openTab = (/** @type {number} */ tabId) => {
    const owner = { tabId, frameId: 0, document: `page ${tabId}` };
    const ask = async (type, fields) => (type === "image.check" ? checker.check(fields, owner) : type === "image.hurry" ? checker.hurry(fields.key, owner) : undefined);
    return checkerOn(scene.page, /** @type {any} */ ({ ask }));
  };
  const stored = () => Object.values(session.values).flatMap((pages) => Object.values(pages).flatMap((images) => Object.keys(images)));
  return { judged, numbers, settings, openTab, stored };
}

test("pictures in view, out of view and in a tab behind, and the toolbar's number", async () => {
  const { judged, numbers, settings, openTab, stored } = createBackground();
  const [near, far] = ["near", "far"].map((name) => scene.page.add(`https://a.test/${name}.jpg`));
  const tabs = [openTab(1), openTab(2)];
  scene.on = tabs[0];
  const bandsOf = () => tabs.map(({ checker }) => checker.known().map(({ result }) => result?.band));
  const all = (/** @type {string} */ band) => [[band, band], [band, band]];
  await until(() => bandsOf().flat().filter(Boolean).length === 4, "all are checked");
  assert.deepEqual(bandsOf(), all("inconclusive"));
  await until(() => stored().length === 4, "all are stored");
  far.top = 5000;
  tabs[1].setPaused(true);
  judged.length = 0;

  for (const [sensitivity, band, number] of [["check", "likely_fake", "2"], ["automatic", "inconclusive", ""]]) {
    await settings.save({ sensitivity: /** @type {any} */ (sensitivity) });
    for (const { configure } of tabs) configure(sensitivity);
    assert.deepEqual(bandsOf(), all(band), "at once");
    await settle();
    assert.deepEqual(bandsOf(), all(band));
    assert.deepEqual(numbers, { 1: number, 2: number });
  }
  assert.deepEqual(judged, []);

  tabs[0].checker.checkElement(/** @type {any} */ (near));
  await until(() => bandsOf()[0][0] === "likely_fake", "it is checked as asked for");
  tabs[0].configure("check");
  tabs[0].configure("automatic");
  assert.deepEqual(bandsOf()[0], ["likely_fake", "inconclusive"], "what was asked for is what it always is");
  tabs[1].checker.stop();
});

test("what is being checked has the bands of the sensitivity that is set when its verdict comes", async () => {
  scene.page.add("https://a.test/1.jpg");
  scene.background.hold();
  scene.start();
  await until(() => scene.background.asked.length > 0, "it is being checked");
  await settle();
  scene.on.configure("check");
  scene.background.release();
  await until(() => scene.on.checker.known()[0].result !== null, "it is checked");
  assert.equal(scene.on.checker.known()[0].result?.band, "likely_fake");
  assert.ok(scene.background.asked.every(({ key, mode }) => key === "https://a.test/1.jpg" && mode === "automatic"));
});

test("where likely fakes alone have badges, a badge comes and goes with the sensitivity", async () => {
  scene.page.add("https://a.test/1.jpg");
  scene.start();
  await until(() => scene.on.checker.known().some(({ result, isChecking }) => result && !isChecking), "it is checked");
  for (const [sensitivity, count] of /** @type {[any, number][]} */ ([["automatic", 0], ["check", 1], ["automatic", 0]])) {
    scene.on.checker.configure(true, { badges: "likely_fake", sensitivity, report: "tab" });
    assert.equal(scene.on.badges.size, count, sensitivity);
  }
});
