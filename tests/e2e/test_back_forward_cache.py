"""Chromium's back/forward cache, which Playwright turns off: a page that lies in it has no verdicts, and has them again after Back."""

from __future__ import annotations

import pytest

from extension.demo.browser import QUIET_FLAGS, find_chromium, service_worker, wait_until
from tests.e2e.extension_driver import PATIENCE_S, kill_worker, set_settings

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"
STORED = """async () => Object.values(await chrome.storage.session.get(null))
  .flatMap((documents) => Object.values(documents)).flatMap((images) => Object.keys(images)).sort()"""


@pytest.fixture
def context(playwright, build):
    folder = build.resolve()
    context = playwright.chromium.launch_persistent_context(
        "",
        executable_path=find_chromium(playwright),
        args=[*QUIET_FLAGS, f"--disable-extensions-except={folder}", f"--load-extension={folder}"],
        ignore_default_args=["--disable-back-forward-cache"],
        no_viewport=True,
    )
    context.set_default_timeout(1000 * PATIENCE_S)
    yield context
    context.close()


@pytest.fixture
def worker(context):
    return service_worker(context, PATIENCE_S)


def test_a_page_that_went_into_the_cache_while_the_worker_was_stopped_is_forgotten_until_it_is_back(
    page, context, site, worker
):
    set_settings(worker, "all")
    own_page = context.new_page()
    own_page.goto(worker.url.replace("background.js", "options/options.html"))
    page.bring_to_front()

    def wait_for_stored(*images: str) -> None:
        urls = sorted(f"{site.origin}/{image}" for image in images)
        wait_until(page, lambda: own_page.evaluate(STORED) == urls, PATIENCE_S, f"the verdicts of {urls} are stored")

    page.goto(site.add_page(f'<img src="/{FACE}" width="300"><script>onpageshow = (event) => back = event</script>'))
    wait_for_stored(FACE)
    kill_worker(own_page)
    page.goto(site.add_page(f'<img src="/{OTHER_FACE}" width="300">', "next.html"))
    wait_for_stored(OTHER_FACE)
    page.evaluate("history.back()")
    wait_for_stored(FACE)
    assert page.evaluate("back.persisted") is True
