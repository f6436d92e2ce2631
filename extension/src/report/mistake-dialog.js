// The dialog "This is wrong": shows the report text as it would be sent, and lets the user copy it or open an issue.

import { issueLink, mistakeReport } from "./mistake-report.js";

/** @typedef {import("./check-record.js").Check} Check */

const COPY_SIDE = 256;

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @returns {T}
 */
const byId = (id) => /** @type {T} */ (document.getElementById(id));

/** One dialog for the page; it is opened for the check that is shown. */
export class MistakeDialog {
  #dialog = /** @type {HTMLDialogElement} */ (byId("mistake-dialog"));
  #text = /** @type {HTMLTextAreaElement} */ (byId("mistake-text"));
  #t;
  #manifest;
  #check = /** @type {Check | null} */ (null);
  #picture = /** @type {import("./picture.js").Picture | null} */ (null);

  /**
   * @param {import("../shared/i18n.js").Translate} t
   * @param {{version: string, homepage_url?: string}} manifest the extension's
   */
  constructor(t, manifest) {
    this.#t = t;
    this.#manifest = manifest;
    this.#dialog.addEventListener("input", () => this.#update());
    byId("mistake-copy").addEventListener("click", () => void this.#copy());
  }

  /** @param {Check} check @param {import("./picture.js").Picture} picture */
  open(check, picture) {
    if (check !== this.#check) this.#forgetAnswers();
    [this.#check, this.#picture] = [check, picture];
    for (const id of ["mistake-address", "mistake-image"]) /** @type {HTMLInputElement} */ (byId(id)).checked = false;
    /** @type {HTMLInputElement} */ (byId("mistake-address")).disabled = !check.subject.url;
    this.#update();
    this.#dialog.showModal();
  }

  /** What it was open for is shown no more. */
  close() {
    this.#dialog.close();
  }

  /** They were of another picture. */
  #forgetAnswers() {
    for (const input of this.#dialog.querySelectorAll("input")) input.checked = input.defaultChecked;
    /** @type {HTMLTextAreaElement} */ (byId("mistake-reason")).value = "";
  }

  #update() {
    if (!this.#check || !this.#picture) return;
    const isTicked = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (byId(id)).checked;
    const [belief] = [...this.#dialog.querySelectorAll("input")].filter(({ name, checked }) => name === "belief" && checked);
    const mistake = {
      belief: /** @type {"unaltered" | "altered" | "other"} */ (belief.value),
      reason: /** @type {HTMLTextAreaElement} */ (byId("mistake-reason")).value,
      withAddress: isTicked("mistake-address"),
      imageCopy: isTicked("mistake-image") ? this.#picture.toDataUrl(COPY_SIDE) : null,
    };
    this.#text.value = mistakeReport(this.#check, mistake, { t: this.#t, extensionVersion: this.#manifest.version });
    const issue = issueLink(this.#manifest.homepage_url, this.#t("mistakeIssueTitle"), this.#text.value);
    const link = /** @type {HTMLAnchorElement} */ (byId("mistake-issue"));
    link.hidden = issue === null;
    byId("mistake-cut").hidden = !issue?.isCut;
    if (issue) link.href = issue.address;
    byId("mistake-status").textContent = "";
  }

  async #copy() {
    const isCopied = await navigator.clipboard.writeText(this.#text.value).then(
      () => true,
      () => false,
    );
    byId("mistake-status").textContent = this.#t(isCopied ? "mistakeCopied" : "mistakeNotCopied");
  }
}
