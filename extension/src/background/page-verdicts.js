// Remembers the verdicts of every open page, never on disk.

import { bandsOf } from "../shared/bands.js";
import { VerdictStore } from "./verdict-store.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {Partial<Pick<Result, "status" | "fakeScore" | "reason" | "code" | "host" | "via">>} Summary */
/** @typedef {Summary & {bands?: ReturnType<typeof bandsOf>, isGone?: true}} VerdictSummary isGone: from the page, for now */
/** @typedef {Record<string, Record<string, VerdictSummary>>} TabVerdicts by document, then by image */

/** The verdicts of the documents in each tab. */
export class PageVerdicts {
  #store;
  #isAlive;
  #onChange = /** @type {((tabId: number) => void)[]} */ ([]);
  // Reading and changing takes turns: two results may arrive together.
  #turn = /** @type {Promise<unknown>} */ (Promise.resolve());

  /**
   * @param {Pick<chrome.storage.StorageArea, "get" | "set" | "remove">} area normally chrome.storage.session
   * @param {(tabId: number, document: string) => Promise<boolean>} isAlive whether a document is still there, or may be
   * @param {number} [pauseMs] between two writes
   */
  constructor(area, isAlive, pauseMs) {
    this.#store = new VerdictStore(area, pauseMs);
    this.#isAlive = isAlive;
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
    let others = /** @type {string[]} */ ([]);
    await this.#change(tabId, async (verdicts) => {
      if (!verdicts[document]) others = Object.keys(verdicts);
      verdicts[document] ??= {};
      const { isGone } = verdicts[document][key] ?? {};
      verdicts[document][key] = { status, bands: bandsOf(result), fakeScore, reason, code, host, via, isGone };
    });
    this.#store.writeSoon(tabId);
    // The page waits for its verdict, and a frozen one takes its time to say nothing.
    if (others.length > 0) void this.#dropGone(tabId, others);
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
    this.#store.writeSoon(tabId);
  }

  /**
   * @param {number} tabId
   * @param {string} document that is gone
   */
  async dropDocument(tabId, document) {
    await this.#change(tabId, async (verdicts) => {
      delete verdicts[document];
    });
    await this.#store.writeNow(tabId);
  }

  /** @param {number} tabId that is closed */
  async dropTab(tabId) {
    await this.#inTurn(async () => this.#store.clear(tabId));
    // At once: if this worker ended before, nobody would remove it any more.
    await this.#store.writeNow(tabId);
  }

  /** Forgets everything: the user wants it. */
  async dropAll() {
    await this.#turn;
    const tabs = await this.#store.tabs();
    await Promise.all(tabs.map((tabId) => this.dropTab(tabId)));
    for (const tabId of tabs) this.#tell(tabId);
  }

  /**
   * @param {number} tabId
   * @returns {Promise<VerdictSummary[]>} of all images that the tab shows and that were judged
   */
  async list(tabId) {
    await this.#turn;
    const documents = Object.values(await this.#store.read(tabId));
    return documents.flatMap((images) => Object.values(images)).filter(({ status, isGone }) => status && !isGone);
  }

  /** @returns {Promise<number[]>} the tabs of which something is known */
  tabs() {
    return this.#store.tabs();
  }

  /**
   * @param {number} tabId
   * @param {(verdicts: TabVerdicts) => Promise<void>} change
   */
  async #change(tabId, change) {
    await this.#inTurn(async () => change(await this.#store.read(tabId)));
    this.#tell(tabId);
  }

  /** @param {number} tabId whose verdicts have changed */
  #tell(tabId) {
    for (const listener of this.#onChange) listener(tabId);
  }

  /**
   * A page that goes away says so, but cannot wake a stopped worker: a new page looks who is left.
   *
   * @param {number} tabId
   * @param {string[]} documents
   */
  async #dropGone(tabId, documents) {
    const left = await Promise.all(documents.map((document) => this.#isAlive(tabId, document)));
    const gone = documents.filter((_, index) => !left[index]);
    if (gone.length === 0) return;
    await this.#change(tabId, async (verdicts) => {
      for (const document of gone) delete verdicts[document];
    });
    this.#store.writeSoon(tabId);
  }

  /** @param {() => Promise<unknown>} work */
  #inTurn(work) {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
