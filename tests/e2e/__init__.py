"""Browser tests: the extension in a real Chromium, on pages of two hosts."""
