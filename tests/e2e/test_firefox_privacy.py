"""Firefox: nothing leaves the machine, as the browser itself sees every request of the extension's."""

from __future__ import annotations

from extension.demo.wait import wait_for
from tests.e2e.extension_driver import PATIENCE_S, SCORED
from tests.e2e.firefox_driver import BASE

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"
# Every request over HTTP of the whole browser, with the origin that made it.
OBSERVE = """() => {
  globalThis.seenRequests = [];
  Services.obs.addObserver((subject) => {
    const channel = subject.QueryInterface(Ci.nsIHttpChannel);
    globalThis.seenRequests.push([channel.loadInfo.triggeringPrincipal?.origin ?? "", channel.URI.spec]);
  }, "http-on-modify-request");
}"""


def test_the_only_requests_are_for_the_images_of_the_page(firefox, firefox_tab, site):
    firefox.in_browser(OBSERVE)
    firefox.set_settings("all")
    images = {f"{site.origin}/{FACE}", f"{site.other_origin}/{OTHER_FACE}"}
    page = site.add_page(f'<img src="/{FACE}" width="300"><img src="{site.other_origin}/{OTHER_FACE}" width="300">')
    firefox_tab.goto(page)
    firefox_tab.wait_for_states(dict.fromkeys(images, SCORED))
    firefox_tab.right_click("img")
    firefox.choose_menu_entry()
    wait_for(lambda: "of 100" in firefox_tab.panel_text(), PATIENCE_S, "the panel")
    popup = firefox.open_tab(background=True)
    popup.goto(f"{BASE}/popup/popup.html")
    model = "() => document.getElementById('model').textContent"
    wait_for(lambda: "nothing leaves this computer" in popup.evaluate(model), PATIENCE_S, "the model is named")
    popup.close()
    seen = firefox.in_browser("() => globalThis.seenRequests")
    by_extension = {url for origin, url in seen if origin.startswith("moz-extension:")}
    assert by_extension == images
    page_parts = {*images, page, f"{site.origin}/favicon.ico"}
    # What is left is the browser's own, in the name of no page.
    assert {url for origin, url in seen if origin.startswith("http")} <= page_parts
    assert {f"http://{request.host}{request.path}" for request in site.requests()} <= page_parts
    assert all("cookie" not in request.headers for request in site.requests())
