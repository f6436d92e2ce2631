// Writes numbers, percentages and dates as a language does.

// The digits of the sentences around them: older browsers would write Arabic's numbers in other digits than its sentences have.
const DIGITS = Object.freeze({ numberingSystem: "latn" });
/** Making one costs more than using it a hundred times. @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/**
 * @param {number} value small ones keep a decimal: 0.4 is not "none"
 * @param {string} lang BCP 47, as the message "localeCode" has it
 * @param {"decimal" | "percent"} [style]
 * @returns {string}
 */
export function formatNumber(value, lang, style = "decimal") {
  const shown = style === "percent" ? value * 100 : value;
  const maximumFractionDigits = Math.abs(shown) < 10 ? 1 : 0;
  const key = [lang, style, maximumFractionDigits].join(" ");
  const format = formats.get(key) ?? new Intl.NumberFormat(lang, { ...DIGITS, style, maximumFractionDigits });
  formats.set(key, format);
  return format.format(value);
}

/**
 * @param {number} share in [0, 1]
 * @param {string} lang
 */
export function formatPercent(share, lang) {
  return formatNumber(share, lang, "percent");
}

/**
 * @param {Date} date
 * @param {string} lang
 * @param {"short" | "long"} length
 */
export function formatDate(date, lang, length) {
  return new Intl.DateTimeFormat(lang, { ...DIGITS, dateStyle: length === "long" ? "long" : "medium", timeStyle: length }).format(date);
}

/**
 * @param {string} day ISO 8601, without a time
 * @param {string} lang
 */
export function formatDay(day, lang) {
  return new Intl.DateTimeFormat(lang, { ...DIGITS, dateStyle: "long", timeZone: "UTC" }).format(new Date(day));
}
