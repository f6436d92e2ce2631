// Below the picture of a report: offers to mark a face by hand; while one is marked, says how; of a marked one, offers to search again.

import { createElement } from "../shared/dom.js";
import { areaOf, middleSquare, squareOf } from "./mark-square.js";
import { MarkSurface } from "./mark-surface.js";

/** @typedef {import("../shared/i18n.js").Translate} Translate */
/** @typedef {import("./subject.js").Area} Area */
/** @typedef {import("./run-check.js").FinishedCheck} FinishedCheck */

/**
 * @param {Pick<FinishedCheck, "subject" | "check" | "picture">} finished
 * @returns {boolean} whether a face can be marked: in a still picture that was checked, and has room for a face
 */
export function isMarkable({ subject, check, picture }) {
  if (!check || !picture || subject.video || check.result.clip || check.result.isAnimated) return false;
  return Math.min(picture.width, picture.height) >= check.model.minFaceSize;
}

/**
 * @param {HTMLElement} figure of the picture; the bar is to be put into it
 * @param {FinishedCheck} finished
 * @param {{onFace: (face: Area | null) => void, announce: (text: string) => void}} listeners onFace: check this face, or (null)
 *   those that are found
 * @param {Translate} t
 * @returns {HTMLElement}
 */
export function createMarkBar(figure, finished, { onFace, announce }, t) {
  const { result, check, picture, face } = finished;
  const bar = createElement("div", { class: "mark-bar" });
  const buttons = createElement("div", { class: "buttons" });
  bar.append(buttons);
  if (check && picture && isMarkable(finished)) {
    const bounds = { width: picture.width, height: picture.height, least: check.model.minFaceSize };
    const begin = () => {
      const start = face ? squareOf(face, bounds) : middleSquare(bounds);
      const onEnd = () => {
        bar.replaceChildren(buttons);
        mark.focus();
      };
      beginMarking({ figure, bar }, start, bounds, { onCheck: (square) => onFace(areaOf(square, bounds)), onEnd, announce }, t);
    };
    const mark = createButton(t("reportMark"), begin, result.status === "no_face" ? "primary" : "");
    buttons.append(mark);
  }
  if (face && !check) buttons.append(createButton(t("reportMarkCheck"), () => onFace(face), "primary"));
  if (face) buttons.append(createButton(t("reportMarkAgain"), () => onFace(null)));
  return bar;
}

/**
 * @param {{figure: HTMLElement, bar: HTMLElement}} parts the picture's, which gets the square, and where it is told how that is done
 * @param {import("./mark-square.js").Square} start
 * @param {import("./mark-square.js").Bounds} bounds
 * @param {{onCheck: (square: import("./mark-square.js").Square) => void, onEnd: () => void, announce: (text: string) => void}} listeners onEnd: without a check
 * @param {Translate} t
 */
function beginMarking({ figure, bar }, start, bounds, { onCheck, onEnd, announce }, t) {
  const surface = new MarkSurface(start, bounds, { name: t("reportMarkSquare"), description: "mark-how mark-keys" }, {
    onChange: ({ x, y, side }) => announce(t("reportMarkPlace", side, x, y)),
    onEnter: () => onCheck(surface.square),
  });
  const cancel = () => {
    figure.classList.remove("marking");
    surface.element.remove();
    onEnd();
  };
  const controls = createElement("div", {}, [
    createElement("p", { id: "mark-how" }, [t("reportMarkHow")]),
    createElement("p", { id: "mark-keys", class: "soft" }, [t("reportMarkKeys")]),
    createElement("div", { class: "buttons" }, [
      createButton(t("reportMarkCheck"), () => onCheck(surface.square), "primary"),
      createButton(t("reportMarkCancel"), cancel),
      createButton(t("reportMarkSmaller"), () => surface.resize(-1)),
      createButton(t("reportMarkLarger"), () => surface.resize(1)),
    ]),
  ]);
  for (const part of [surface.element, controls]) part.addEventListener("keydown", ({ key }) => key === "Escape" && cancel());
  figure.classList.add("marking");
  figure.querySelector(".frame")?.append(surface.element);
  bar.replaceChildren(controls);
  surface.focus();
}

/** @param {string} label @param {() => void} onClick @param {string} [kind] */
function createButton(label, onClick, kind = "") {
  const button = createElement("button", { class: `button ${kind}`.trim(), type: "button" }, [label]);
  button.addEventListener("click", onClick);
  return button;
}
