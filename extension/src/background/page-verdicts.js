// Remembers the verdicts of every open page, in storage.session: in memory only, and there after the worker was killed.

import { bandsOf } from "../shared/bands.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {Partial<Pick<Result, "status" | "fakeScore" | "reason" | "code" | "host" | "via">>} Summary */
/** @typedef {Summary & {bands?: ReturnType<typeof bandsOf>, isGone?: true}} VerdictSummary isGone: from the page, for now */
/** @typedef {Record<string, Record<string, VerdictSummary>>} TabVerdicts by document, then by image */

const PREFIX = "verdicts:";
// Between two writes, which each store all that a tab has: a browser does not stop a worker so soon after an event.
const PAUSE_MS = 500;

/** The verdicts of the documents in each tab. */
export class PageVerdicts {
  #area;
  #isAlive;
  #pauseMs;
  #onChange = /** @type {((tabId: number) => void)[]} */ ([]);
  // What is stored, by tab, once it was read: nobody else writes it.
  #tabs = /** @type {Map<number, TabVerdicts>} */ (new Map());
  // Reading and changing takes turns: two results may arrive together.
  #turn = /** @type {Promise<unknown>} */ (Promise.resolve());
  #written = /** @type {Promise<unknown>} */ (Promise.resolve());
  #pause = /** @type {Promise<unknown>} */ (Promise.resolve());
  // The tabs whose write has not begun: it takes along whatever changes until then.
  #waiting = /** @type {Set<number>} */ (new Set());

  /**
   * @param {Pick<chrome.storage.StorageArea, "get" | "set" | "remove">} area normally chrome.storage.session
   * @param {(tabId: number, document: string) => Promise<boolean>} isAlive whether a document is still there
   * @param {number} [pauseMs] between two writes
   */
  constructor(area, isAlive, pauseMs = PAUSE_MS) {
    this.#area = area;
    this.#isAlive = isAlive;
    this.#pauseMs = pauseMs;
  }

  /** @param {(tabId: number) => void} listener called after a tab's verdicts changed */
  onChange(listener) {
    this.#onChange.push(listener);
  }

  /**
   * Counts a verdict at once; it is stored soon.
   *
   * @param {number} tabId
   * @param {string} document
   * @param {string} key of the image
   * @param {Result} result
   */
  async record(tabId, document, key, result) {
    const { status, fakeScore, reason, code, host, via } = result;
    await this.#change(tabId, async (verdicts) => {
      if (!verdicts[document]) await this.#dropGone(tabId, verdicts);
      verdicts[document] ??= {};
      const { isGone } = verdicts[document][key] ?? {};
      verdicts[document][key] = { status, bands: bandsOf(result), fakeScore, reason, code, host, via, isGone };
    });
    this.#write(tabId);
  }

  /**
   * @param {number} tabId
   * @param {string} document
   * @param {{gone: string[], back: string[], forgotten: string[]}} keys of images, judged or not yet, that it shows no longer, or
   *   again; forgotten: no longer, and it has them judged anew if they come back
   */
  async setShown(tabId, document, { gone, back, forgotten }) {
    await this.#change(tabId, async (verdicts) => {
      const images = verdicts[document];
      if (!images) return;
      for (const key of gone) images[key] = { ...images[key], isGone: true };
      for (const key of back) {
        if (images[key]?.status) delete images[key].isGone;
        else delete images[key];
      }
      for (const key of forgotten) delete images[key];
    });
    this.#write(tabId);
  }

  /**
   * @param {number} tabId
   * @param {string} document that is gone
   */
  async dropDocument(tabId, document) {
    await this.#change(tabId, async (verdicts) => {
      delete verdicts[document];
    });
    await this.#store(tabId);
  }

  /** @param {number} tabId that is closed */
  async dropTab(tabId) {
    await this.#inTurn(async () => this.#tabs.set(tabId, {}));
    // At once: if this worker ended before, nobody would remove it any more.
    await this.#store(tabId);
  }

  /**
   * @param {number} tabId
   * @returns {Promise<VerdictSummary[]>} of all images that the tab shows and that were judged
   */
  async list(tabId) {
    await this.#turn;
    const documents = Object.values(await this.#read(tabId));
    return documents.flatMap((images) => Object.values(images)).filter(({ status, isGone }) => status && !isGone);
  }

  /** @returns {Promise<number[]>} the tabs of which something is known, or stored: this worker may have been asked of none yet */
  async tabs() {
    const names = Object.keys(await this.#area.get(null)).filter((name) => name.startsWith(PREFIX));
    return [...new Set([...this.#tabs.keys(), ...names.map((name) => Number(name.slice(PREFIX.length)))])];
  }

  /**
   * @param {number} tabId
   * @param {(verdicts: TabVerdicts) => Promise<void>} change
   */
  async #change(tabId, change) {
    await this.#inTurn(async () => change(await this.#read(tabId)));
    for (const listener of this.#onChange) listener(tabId);
  }

  /**
   * A page that goes away says so, but cannot wake a stopped worker: a new page looks who is left.
   *
   * @param {number} tabId
   * @param {TabVerdicts} verdicts
   */
  async #dropGone(tabId, verdicts) {
    for (const document of Object.keys(verdicts)) {
      if (!(await this.#isAlive(tabId, document))) delete verdicts[document];
    }
  }

  /** @param {() => Promise<unknown>} work */
  #inTurn(work) {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /**
   * A tab is written as a whole, after a pause: with each verdict, the thousandth would be a thousand times as dear as the
   * first.
   *
   * @param {number} tabId
   */
  #write(tabId) {
    if (this.#waiting.has(tabId)) return;
    this.#waiting.add(tabId);
    this.#written = this.#written
      .then(() => this.#pause)
      .then(() => {
        this.#waiting.delete(tabId);
        this.#pause = new Promise((resolve) => setTimeout(resolve, this.#pauseMs));
        return this.#store(tabId);
      });
  }

  /** @param {number} tabId */
  async #store(tabId) {
    const verdicts = this.#tabs.get(tabId) ?? {};
    try {
      if (Object.keys(verdicts).length === 0) await this.#area.remove(PREFIX + tabId);
      else await this.#area.set({ [PREFIX + tabId]: verdicts });
    } catch (error) {
      // The storage is full, say: the verdicts count all the same, for as long as this worker runs.
      console.error("The verdicts of a tab were not stored:", error);
    }
  }

  /**
   * @param {number} tabId
   * @returns {Promise<TabVerdicts>}
   */
  async #read(tabId) {
    const known = this.#tabs.get(tabId);
    if (known) return known;
    const stored = await this.#area.get(PREFIX + tabId);
    const verdicts = /** @type {TabVerdicts} */ (stored[PREFIX + tabId] ?? {});
    this.#tabs.set(tabId, verdicts);
    return verdicts;
  }
}
