"""What tests do on the report page: choose a file, save the record, ask axe."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from pathlib import Path

from playwright.sync_api import Page, expect

from extension.demo.extension_build import EXTENSION, find_node
from tests.e2e.extension_driver import FIRST_CHECK_S

VERDICT = re.compile("No traces found|Inconclusive|Likely fake")
FIRST_CHECK_MS = FIRST_CHECK_S * 1000
VALIDATE = """
  import { readFileSync } from "node:fs";
  import { Ajv } from "ajv";
  const [schema, record] = process.argv.slice(1).map((path) => JSON.parse(readFileSync(path, "utf8")));
  const validate = new Ajv().compile(schema);
  if (!validate(record)) throw new Error(JSON.stringify(validate.errors));
"""


def choose(page: Page, path: Path) -> None:
    """Chooses a file, and waits for its report."""
    page.locator("#picker").set_input_files(path)
    expect(page.locator("figcaption .name")).to_have_text(path.name, timeout=FIRST_CHECK_MS)
    expect(page.locator("[data-credentials=reading]")).to_have_count(0, timeout=FIRST_CHECK_MS)


def hand_over(page: Page, event: str, *paths: Path, to: str = "body") -> None:
    """Drops or pastes files onto an element, as the browser tells the page of it."""
    page.evaluate(
        """([type, files, to]) => {
          const transfer = new DataTransfer();
          for (const [name, base64] of files) {
            const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
            transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
          }
          const init = { bubbles: true, cancelable: true };
          const event = type === "drop" ? new DragEvent(type, { ...init, dataTransfer: transfer }) : new ClipboardEvent(type, { ...init, clipboardData: transfer });
          document.querySelector(to).dispatchEvent(event);
        }""",
        [event, [[path.name, base64.b64encode(path.read_bytes()).decode()] for path in paths], to],
    )


def save_record(page: Page, folder: Path) -> dict:
    """Saves the record into `folder`, and reads it once its schema has been found to be kept."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the record").click()
    saved = folder / download.value.suggested_filename
    download.value.save_as(saved)
    schema = EXTENSION / "src/report/check-record.schema.json"
    command = [find_node(), "--input-type=module", "--eval", VALIDATE, schema, saved]
    checked = subprocess.run(command, cwd=EXTENSION, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert checked.returncode == 0, checked.stderr
    return json.loads(saved.read_text(encoding="utf-8"))


def violations(page: Page) -> list[str]:
    """What axe finds wrong, each with its first element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate((EXTENSION / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html']}" for rule in found]
