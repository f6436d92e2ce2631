// The report page: gets an image, has it checked, and shows what was found.

import { patternOf } from "../shared/host-patterns.js";
import { localisePage, translate as t, useLanguage } from "../shared/i18n.js";
import { createMessage, unwrap } from "../shared/messages.js";
import { SettingsStore } from "../shared/settings.js";
import { explain } from "../shared/verdict-wording.js";
import { createCheckRecord } from "./check-record.js";
import { FileDrop } from "./file-drop.js";
import { MistakeDialog } from "./mistake-dialog.js";
import { ReportView } from "./report-view.js";
import { runCheck } from "./run-check.js";
import { NoAccessError, subjectOfAddress, subjectOfFile } from "./subject.js";

/** @typedef {import("./subject.js").Subject} Subject */
/** @typedef {import("./run-check.js").FinishedCheck} FinishedCheck */

const manifest = chrome.runtime.getManifest();
const view = new ReportView(t, manifest.version, (subject, face) => void report(async () => subject, face));
const mistakes = new MistakeDialog(t, manifest);
/** @type {FinishedCheck | null} */
let shown = null;
let turn = 0;

/**
 * Shows the report of a picture; a later call takes over.
 *
 * @param {() => Promise<Subject | null>} getSubject
 * @param {import("./subject.js").Area | null} [face] that the user marked in it
 * @param {string} [notice] to stand beside the report
 */
async function report(getSubject, face = null, notice = "") {
  const ours = (turn += 1);
  mistakes.close();
  view.showWaiting();
  try {
    const subject = await getSubject();
    if (ours !== turn) return;
    if (!subject) {
      view.showEmpty();
      return;
    }
    const check = await runCheck(subject, face, ask, () => ours === turn && view.showWaiting(t("state_checking")));
    if (ours !== turn) return;
    shown?.picture?.close();
    shown = check;
    view.showCheck(check);
    view.showNotice(notice);
    const credentials = await check.credentials;
    if (ours === turn) view.showCredentials(credentials, subject);
  } catch (error) {
    if (ours !== turn) return;
    // Of a failed check there are words in the user's language.
    const { code, message } = /** @type {Error & {code?: string}} */ (error);
    const words = code ? explain({ status: "failed", code, reason: message }, t) : message;
    view.showProblem(words, error instanceof NoAccessError ? error.host : null);
  }
}

/**
 * @param {string} type
 * @param {Record<string, unknown>} [fields]
 */
async function ask(type, fields) {
  return unwrap(await chrome.runtime.sendMessage(createMessage(type, fields)));
}

async function saveRecord() {
  const { check, credentials } = shown ?? {};
  if (!check || !credentials) return;
  const record = createCheckRecord(check, await credentials, { extensionVersion: manifest.version, withAddress: !view.isAddressLeftOut });
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(record, null, 2)}\n`], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: `check-record-${check.result.sha256?.slice(0, 12)}.json` });
  link.click();
  URL.revokeObjectURL(url);
}

await useLanguage((await new SettingsStore(chrome.storage.local).load()).language);
localisePage(document);
const drop = new FileDrop({
  picker: /** @type {HTMLInputElement} */ (document.getElementById("picker")),
  surface: document.body,
  onFile: (file, isOnly) => void report(() => subjectOfFile(file), null, isOnly ? "" : t("reportOnlyFirst")),
  onOther: () => view.showNotice(t("reportNotAnImage")),
});
for (const id of ["choose", "choose-first"]) document.getElementById(id)?.addEventListener("click", () => drop.choose());
view.onAllow((host) => {
  // Asked before anything is awaited: the prompt needs the click.
  const answered = chrome.permissions.request({ origins: [patternOf(host)] }).catch(() => false);
  void answered.then((isAllowed) => (isAllowed ? report(subjectOfAddress) : undefined));
});
document.getElementById("save")?.addEventListener("click", () => void saveRecord());
document.getElementById("print")?.addEventListener("click", () => print());
document.getElementById("mistake")?.addEventListener("click", () => shown?.check && shown.picture && mistakes.open(shown.check, shown.picture));
// Beside a page the same document is told of the next image by its address.
addEventListener("hashchange", () => void report(subjectOfAddress));
void report(subjectOfAddress);
