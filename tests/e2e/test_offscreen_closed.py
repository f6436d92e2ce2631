"""Chromium: the offscreen document that holds the model closes itself, and the next check opens it again."""

from __future__ import annotations

import pytest

from extension.demo.browser import wait_until
from tests.e2e.extension_driver import PATIENCE_S, SCORED, set_settings, wait_for_states

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"
DOCUMENTS = "chrome.runtime.getContexts({ contextTypes: ['OFFSCREEN_DOCUMENT'] }).then((all) => all.length)"


@pytest.fixture(autouse=True)
def automatic(worker):
    set_settings(worker, "all")
    yield
    set_settings(worker, "off")


def close_itself(context, worker) -> None:
    """Has the document do what it does when it has been idle for minutes, which no test waits for."""
    browser = context.browser.new_browser_cdp_session()
    url = worker.url.replace("background.js", "offscreen/offscreen.html")
    [target] = [info for info in browser.send("Target.getTargets")["targetInfos"] if info["url"].startswith(url)]
    session = browser.send("Target.attachToTarget", {"targetId": target["targetId"], "flatten": False})["sessionId"]
    message = '{"id": 1, "method": "Runtime.evaluate", "params": {"expression": "window.close()"}}'
    browser.send("Target.sendMessageToTarget", {"sessionId": session, "message": message})
    browser.detach()


def test_it_closes_and_comes_back(page, badges, site, worker, context):
    late = f'<div style="height: 9000px"></div><img id="late" src="/{OTHER_FACE}" width="300">'
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">{late}'))
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    assert worker.evaluate(DOCUMENTS) == 1
    close_itself(context, worker)
    wait_until(page, lambda: worker.evaluate(DOCUMENTS) == 0, PATIENCE_S, "the document is closed")
    page.evaluate("document.getElementById('late').scrollIntoView()")
    wait_for_states(page, badges, {f"{site.origin}/{OTHER_FACE}": SCORED})
    assert worker.evaluate(DOCUMENTS) == 1
