// Looks a message up as the browser does, in English, and fails on a missing one.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export const MESSAGES = JSON.parse(readFileSync(new URL("../../../extension/_locales/en/messages.json", import.meta.url), "utf8"));

export const t = (key, ...values) => {
  assert.ok(MESSAGES[key], `${key} is in _locales/en/messages.json`);
  const { message, placeholders = {} } = MESSAGES[key];
  return message.replace(/\$(\w+)\$/g, (_, name) => {
    const value = values[Number(placeholders[name.toLowerCase()].content.slice(1)) - 1];
    assert.notEqual(value, undefined, `${key} gets a value for ${name}`);
    return String(value);
  });
};
