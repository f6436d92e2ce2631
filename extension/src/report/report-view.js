// What the report page shows: nothing yet, a wait, a problem, or a check.

import { createTimeline, formatTime } from "../shared/timeline-view.js";
import { labelOf, stateOf } from "../shared/verdict-wording.js";
import { createCredentials } from "./credentials-view.js";
import { createFaceCard } from "./face-card.js";
import { createMarkBar, isMarkable } from "./mark-bar.js";
import { createConditions, createDetails, createLimits, createNextSteps } from "./sections.js";
import { createFigure, showVerdict } from "./verdict-view.js";

/** @typedef {import("./run-check.js").FinishedCheck} FinishedCheck */

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @returns {T}
 */
const byId = (id) => /** @type {T} */ (document.getElementById(id));

/** The one page, filled part by part. */
export class ReportView {
  #t;
  #extensionVersion;
  #onFace;

  /**
   * @param {import("../shared/i18n.js").Translate} t
   * @param {string} extensionVersion
   * @param {(subject: import("./subject.js").Subject, face: import("./subject.js").Area | null) => void} onFace called when the
   *   user has marked a face in the picture, or (null) wants those judged that are found
   */
  constructor(t, extensionVersion, onFace) {
    this.#t = t;
    this.#onFace = onFace;
    this.#extensionVersion = extensionVersion;
    const tick = byId("without-address");
    tick.addEventListener("change", () => document.body.classList.toggle("without-address", this.isAddressLeftOut));
  }

  get isAddressLeftOut() {
    return /** @type {HTMLInputElement} */ (byId("without-address")).checked;
  }

  /** @param {(host: string) => void} listener called in a click on "allow" */
  onAllow(listener) {
    byId("allow").addEventListener("click", ({ currentTarget }) => listener(/** @type {HTMLElement} */ (currentTarget).dataset.host ?? ""));
  }

  /** @param {string} [text] */
  showWaiting(text = this.#t("reportReading")) {
    this.#show({ status: text });
    document.body.classList.add("waiting");
  }

  /** Nothing to report on: a place to put an image. */
  showEmpty() {
    this.#show({ drop: true });
  }

  /**
   * @param {string} message
   * @param {string | null} host that the user could allow
   */
  showProblem(message, host) {
    this.#show({ drop: host === null, status: this.#t(host === null ? "reportProblem" : "failed_no_access", host ?? message) });
    byId("allow").hidden = host === null;
    byId("allow").textContent = this.#t("reportAllow", host ?? "");
    byId("allow").dataset.host = host ?? "";
  }

  /** @param {string} text beside what is shown */
  showNotice(text) {
    byId("status").textContent = text;
  }

  /** @param {FinishedCheck} finished */
  showCheck(finished) {
    const { result, subject, check, picture } = finished;
    const t = this.#t;
    this.#show({ report: true });
    byId("picture").replaceChildren(...(picture ? [this.#createFigure(finished, picture)] : []));
    showVerdict(byId("verdict"), result, { scoreTable: check?.model.scoreTable ?? null, subject, canMark: isMarkable(finished) }, t);
    this.#showTimeline(result);
    const faces = check && picture ? (result.faces ?? []) : [];
    byId("faces-section").hidden = faces.length === 0;
    if (check && picture) {
      const isOnly = faces.length === 1;
      byId("map-meaning").hidden = isOnly || !faces.some(({ anomalyMap }) => anomalyMap);
      byId("map-meaning").textContent = t(`reportMapMeaning_${check.model.mapScale}`);
      byId("faces").replaceChildren(...faces.map((face, index) => createFaceCard(face, { number: index + 1, isOnly }, picture, check.model, t)));
    }
    byId("conditions").replaceChildren(createConditions(check?.conditions ?? [], subject, t));
    byId("limits").replaceChildren(...createLimits(t));
    byId("next").replaceChildren(...createNextSteps(subject.url, t));
    byId("details").replaceChildren(...(check ? createDetails(check, this.#extensionVersion, t) : []));
    for (const id of ["limits", "details", "record"]) byId(id).closest("section")?.toggleAttribute("hidden", !check);
    byId("credentials").closest("section")?.toggleAttribute("hidden", !picture);
    byId("next").closest("section")?.toggleAttribute("hidden", !picture && !subject.url);
    byId("conditions").closest("section")?.toggleAttribute("hidden", result.status !== "scored" && !check?.conditions.length);
    byId("credentials").replaceChildren(createCredentials(null, subject, t));
    // Names the tab, and the file when the page is printed into one.
    document.title = [labelOf(stateOf(result), t), t("extensionName")].join(" · ");
    byId("live").textContent = t("badgeLabel", labelOf(stateOf(result), t));
    // The button that was pressed may be gone: whoever uses the keyboard goes on at the verdict.
    if (document.activeElement === document.body) byId("verdict-title").focus({ preventScroll: true });
  }

  /**
   * @param {import("../credentials/credentials-summary.js").CredentialsSummary} credentials
   * @param {import("./subject.js").Subject} subject
   */
  showCredentials(credentials, subject) {
    byId("credentials").replaceChildren(createCredentials(credentials, subject, this.#t));
    // A file that the browser cannot show may have some that can be read.
    if (credentials.state === "valid" || credentials.state === "broken") byId("credentials").closest("section")?.removeAttribute("hidden");
  }

  /** @param {FinishedCheck} finished @param {import("./picture.js").Picture} picture */
  #createFigure(finished, picture) {
    const { result, subject } = finished;
    const figure = createFigure(picture, result, subject, this.#t);
    const onFace = (/** @type {import("./subject.js").Area | null} */ face) => this.#onFace(subject, face);
    const announce = (/** @type {string} */ text) => (byId("live").textContent = text);
    figure.querySelector("figcaption")?.before(createMarkBar(figure, finished, { onFace, announce }, this.#t));
    return figure;
  }

  /** @param {import("../shared/verdict-wording.js").Result} result its clip, where it has one, and which frame the faces below are of */
  #showTimeline({ clip }) {
    byId("timeline-section").hidden = !clip;
    byId("timeline").replaceChildren(...(clip ? createTimeline(clip, this.#t) : []));
    const frame = clip?.worstFrame;
    byId("faces-frame").hidden = frame === undefined;
    if (clip && frame !== undefined) byId("faces-frame").textContent = this.#t("timelineFrame", formatTime(clip.times[frame], clip.times[clip.times.length - 1]));
  }

  /** @param {{drop?: boolean, report?: boolean, status?: string}} parts what is to be seen */
  #show({ drop = false, report = false, status = "" }) {
    byId("drop").hidden = !drop;
    byId("choose").hidden = drop;
    byId("report").hidden = !report;
    byId("allow").hidden = true;
    document.body.classList.remove("waiting");
    document.body.classList.toggle("reporting", report);
    byId("status").textContent = status;
    // A check names the tab; what is shown in its place must not bear its name.
    document.title = this.#t("extensionName");
  }
}
