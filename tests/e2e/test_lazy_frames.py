"""Pages with a frame that does not load until it is scrolled to: it keeps neither the keys nor the settings from working."""

from __future__ import annotations

from tests.e2e.extension_driver import SCORED, press_command, set_settings, wait_for_states

FACE = "faces/real_grace_hopper.jpg"
LAZY = '<div style="height: 30000px"></div><iframe src="/pages/frame.html" loading="lazy"></iframe>'


def test_the_keys_check_a_page_whose_frame_has_not_loaded(page, badges, site, worker):
    site.add_page("<p>A frame</p>", "frame.html")
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">{LAZY}'))
    press_command(worker, page, "check-page")
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})


def test_automatic_checks_are_turned_on_and_off_while_a_frame_has_not_loaded(page, site, worker):
    site.add_page("<p>A frame</p>", "frame.html")
    page.goto(site.add_page(LAZY))
    set_settings(worker, "all")
    set_settings(worker, "off")
