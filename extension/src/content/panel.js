// The panel that a badge opens: the verdict, what its score means, the faces, and what the verdict does not prove.

import { createElement, createIcon } from "../shared/dom.js";
import { tellCredentials, tellSigner } from "../shared/credentials-wording.js";
import { createScore, createScoreLine } from "../shared/score-view.js";
import { createTimeline } from "../shared/timeline-view.js";
import { explain, formatScore, labelOf, stateOf } from "../shared/verdict-wording.js";

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("./image-geometry.js").Rect} Rect */

const GAP = 8;

/**
 * @typedef {object} PanelActions
 * @property {() => void} onClose
 * @property {() => void} onAgain the user wants another check
 * @property {() => void} onReport the user wants the whole report
 * @property {(index: number | null) => void} onFace a face of the list is pointed at
 */

/** The dialog; it lies in the top layer and takes no space on the page. */
export class Panel {
  #translate;
  #actions;

  /**
   * @param {import("../shared/i18n.js").Translate} translate
   * @param {PanelActions} actions
   */
  constructor(translate, actions) {
    this.#translate = translate;
    this.#actions = actions;
    this.element = createElement("div", { class: "panel", role: "dialog", popover: "manual", "aria-labelledby": "panel-title" });
  }

  /** @param {Result | null} result null while it is being checked */
  open(result) {
    const hadFocus = this.element.contains(/** @type {ShadowRoot} */ (this.element.getRootNode()).activeElement);
    this.element.dataset.state = stateOf(result);
    this.element.replaceChildren(this.#createHeader(result), ...(result ? this.#createBody(result) : []));
    this.element.showPopover();
    if (hadFocus) this.focus();
  }

  /** Puts the focus on the first control. */
  focus() {
    this.element.querySelector("button")?.focus({ preventScroll: true });
  }

  /**
   * Beside the image where there is room, so that its faces stay in sight; else below or above it, else at the edge of the view.
   *
   * @param {{width: number, height: number}} view CSS pixels
   * @param {Rect | null} image CSS pixels of the viewport
   */
  place(view, image) {
    const { offsetWidth: width, offsetHeight: height, style } = this.element;
    const [lastX, lastY] = [view.width - width - GAP, view.height - height - GAP];
    const right = image ? image.x + image.width + GAP : lastX;
    const left = image ? image.x - width - GAP : lastX;
    const isBeside = image !== null && (right <= lastX || left >= GAP);
    const x = right <= lastX || !isBeside ? Math.min(right, lastX) : left;
    const below = image ? image.y + image.height + GAP : lastY;
    const above = image ? image.y - height - GAP : lastY;
    const besideY = Math.min(image?.y ?? lastY, lastY);
    const y = isBeside ? besideY : below <= lastY || above < GAP ? Math.min(below, lastY) : above;
    style.left = `${Math.max(GAP, Math.round(x))}px`;
    style.top = `${Math.max(GAP, Math.round(y))}px`;
  }

  /** @param {Result | null} result */
  #createHeader(result) {
    const state = stateOf(result);
    const title = createElement("h2", { id: "panel-title" }, [labelOf(state, this.#translate)]);
    const close = createElement("button", { class: "close", type: "button", "aria-label": this.#translate("panelClose") }, ["×"]);
    close.addEventListener("click", this.#actions.onClose);
    return createElement("header", {}, [createIcon(state), title, close]);
  }

  /** @param {Result} result */
  #createBody(result) {
    const t = this.#translate;
    /** @type {HTMLElement[]} */
    const parts = [createElement("p", {}, [explain(result, t)])];
    if (result.clip && result.fakeScore !== undefined) parts.push(createScoreLine(result.fakeScore, t));
    else if (result.meaning && result.fakeScore !== undefined) parts.push(createScore(result.fakeScore, result.meaning, t));
    if (result.clip?.tracks.length) {
      const summary = createElement("summary", {}, [t("timelineTitle")]);
      parts.push(createElement("details", {}, [summary, ...createTimeline(result.clip, t)]));
    }
    if (result.faces && result.faces.length > 1) parts.push(this.#createFaces(result.faces));
    if (result.isAnimated) parts.push(createElement("p", { class: "note" }, [t("panelAnimated")]));
    if (result.via === "screen_copy") parts.push(createElement("p", { class: "note" }, [t("panelScreenCopy")]));
    parts.push(...this.#createCredentials(result));
    const again = createElement("button", { class: "again", type: "button" }, [t("panelAgain")]);
    again.addEventListener("click", this.#actions.onAgain);
    const isNoPicture = result.code === "nothing_here" || result.code === "elsewhere";
    again.hidden = isNoPicture;
    const report = createElement("button", { class: "report", type: "button" }, [t("panelReport")]);
    report.addEventListener("click", this.#actions.onReport);
    // A video that gave no pictures leaves nothing to report on.
    report.hidden = isNoPicture || (result.media === "video" && !result.clip);
    const model = result.model ? t("panelModel", `${result.model.name} ${result.model.version}`) : t("panelOnDevice");
    const caveat = result.status === "scored" ? [createElement("p", { class: "caveat" }, [t("panelCaveat")])] : [];
    return [...parts, ...caveat, report, createElement("footer", {}, [createElement("span", {}, [model]), again])];
  }

  /** @param {Result} result @returns {HTMLElement[]} what the image says of itself: apart from the verdict, and under its own name */
  #createCredentials({ credentials, status }) {
    const t = this.#translate;
    const statement = tellCredentials(credentials, t);
    if (!credentials || statement === null) return [];
    const isJudged = status === "scored";
    const lines = [tellSigner(credentials, t), isJudged ? t("credentialsApart") : t("reportFacesOnly")].filter((line) => line !== null);
    const words = [createElement("p", { dir: "auto" }, [statement]), createElement("p", {}, [lines.join(" ")])];
    return [createElement("section", { class: "note credentials", "data-credentials": credentials.state }, words)];
  }

  /** @param {import("../shared/verdict-wording.js").Face[]} faces */
  #createFaces(faces) {
    const t = this.#translate;
    const items = faces.map((face, index) => {
      const state = face.band ?? "face_too_small";
      const score = face.fakeScore === undefined ? "" : formatScore(face.fakeScore);
      const number = createElement("span", { class: "number" }, [String(index + 1)]);
      const words = createElement("span", { class: "grow" }, [labelOf(state, t)]);
      const item = createElement("li", { "data-state": state }, [number, createIcon(state), words, createElement("b", {}, [score])]);
      item.addEventListener("pointerenter", () => this.#actions.onFace(index));
      item.addEventListener("pointerleave", () => this.#actions.onFace(null));
      return item;
    });
    const heading = createElement("h3", {}, [t("panelFaces", faces.length)]);
    return createElement("section", {}, [heading, createElement("ol", { class: "faces" }, items)]);
  }
}
