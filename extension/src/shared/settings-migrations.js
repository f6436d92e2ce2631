// Brings settings that an older version of the extension stored into today's shape, one version at a time.

/** @typedef {Record<string, unknown>} StoredSettings */

/**
 * Each entry takes the settings of its version to the next one.
 *
 * @type {Record<number, (stored: StoredSettings) => StoredSettings>}
 */
const MIGRATIONS = {
  // Version 1 had no version of its own, and no way to deny a site: with "all", the listed sites meant nothing. From version 2
  // on they stay listed while "all" is on, so sites left over from an earlier choice must not come back unasked.
  1: (stored) => ({ ...stored, sites: stored.automatic === "sites" ? stored.sites : [] }),
};

/**
 * @param {unknown} stored as it lies in the storage area, or in an exported file
 * @returns {StoredSettings} without its version; of a newer version, what it has in common with this one may still be read
 */
export function migrateSettings(stored) {
  if (typeof stored !== "object" || stored === null || Array.isArray(stored)) return {};
  const { version, ...values } = /** @type {StoredSettings} */ (stored);
  let migrated = /** @type {StoredSettings} */ (values);
  for (let from = versionOf(version); MIGRATIONS[from]; from += 1) migrated = MIGRATIONS[from](migrated);
  return migrated;
}

/** @param {unknown} version as stored */
function versionOf(version) {
  return Number.isInteger(version) ? /** @type {number} */ (version) : 1;
}
