// Whose certificates the C2PA lists: part of the package, and as old as it.

/** When the lists were published, ISO 8601. */
export const TRUST_LIST_DATE = "2026-09-24";
/** For signing, and for time stamps: from the extension's root, where the build puts them. */
export const TRUST_LISTS = Object.freeze(["credentials/C2PA-TRUST-LIST.pem", "credentials/C2PA-TSA-TRUST-LIST.pem"]);
