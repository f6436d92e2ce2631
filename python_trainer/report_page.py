"""The model card as one HTML page: the same text and tables, rendered, with its figures beside it."""

import html
import re

import markdown

_STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d0d7de, #3d444d); --soft: light-dark(#f3f5f7, #1b2027); }
body { max-width: 1080px; margin: 0 auto; padding: 32px 20px 80px; font: 16px/1.55 system-ui, sans-serif; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; } h2 { margin-top: 2.2em; }
.table { overflow-x: auto; } table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 10px; border-bottom: 1px solid var(--line); text-align: start; white-space: nowrap; }
td:last-child, th:last-child { white-space: normal; } thead { background: var(--soft); }
img { max-width: 100%; background: white; border-radius: 8px; }
"""


def html_page(card: str) -> str:
    """The whole page of a card in Markdown, whose first line is its title; images keep their relative addresses."""
    title = card.splitlines()[0].lstrip("# ")
    body = markdown.markdown(card, extensions=["tables"], output_format="html")
    body = re.sub(
        r"<table>.*?</table>", lambda m: f'<div class="table" tabindex="0">{m[0]}</div>', body, flags=re.DOTALL
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{html.escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
