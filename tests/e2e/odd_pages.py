"""Pages made to be hostile, huge or broken, the same for both browsers."""

from __future__ import annotations

from tests.e2e.two_host_server import Site

FACE = "faces/real_grace_hopper.jpg"
HOST = "deepfake-detector-overlay"
SAME_500 = f'<img src="/copy-same/{FACE}" width="100" height="100">' * 500
# 5,000 of 20 pictures, one below the other.
HUGE = """<p id="top">0</p><script>
  const count = 5000, pictures = 20;
  document.body.insertAdjacentHTML("beforeend", Array.from({ length: count }, (_, index) =>
    `<div><img src="/copy-${index % pictures}/images/size_113.jpg" width="113" height="113"></div>`).join(""));
</script>"""
RESTLESS = f"""<div id="noise"></div><img src="/{FACE}" width="300"><script>
  let turn = 0;
  const next = () => {{
    turn += 1;
    document.body.className = `turn-${{turn}}`;
    const noise = document.getElementById("noise");
    noise.replaceChildren(...Array.from({{ length: 30 }}, () => document.createElement("span")));
    requestAnimationFrame(next);
  }};
  next();
</script>"""
BOX = "display: inline-block; width: 200px; height: 200px"
# Pictures that hang until the site releases them, are HTML, or lie on another host.
BROKEN = f"""<img src="/hang/{FACE}?image" width="200" height="200">
  <div style="{BOX}; background: url(/html/{FACE})"></div>
  <img src="/html/{FACE}?image" width="200" height="200">
  <img src="/redirect/{FACE}" width="200"><div style="{BOX}; background: url(/hang/{FACE})"></div>"""
# Hides the overlay by its attributes.
HIDE = f"""() => {{
  const host = document.querySelector("{HOST}");
  host.setAttribute("style", "display: none"); host.setAttribute("inert", "");
}}"""
IS_SHOWN = f"""() => {{
  const host = document.querySelector("{HOST}");
  return host !== null && getComputedStyle(host).display !== "none" && !host.hasAttribute("inert");
}}"""
REMOVE = f"() => document.querySelector('{HOST}').remove()"
# Removes the overlay whenever it comes back, and counts how often.
FIGHT = f"""() => {{
  globalThis.removed = 0;
  globalThis.fight = new MutationObserver(() => {{
    const host = document.querySelector("{HOST}");
    if (host) {{ removed += 1; host.remove(); }}
  }});
  fight.observe(document.documentElement, {{ childList: true }});
  document.querySelector("{HOST}")?.remove();
}}"""


# Defines an element of the overlay's name, to get at what is inside it: before there is one, or by a shadow root of its own.
SPY = f"""<script>
  globalThis.spied = [];
  customElements.define("{HOST}", class extends HTMLElement {{
    constructor() {{
      super();
      spied.push(this.attachInternals());
    }}
  }});
</script><img src="/{FACE}" width="300">"""
SQUATTER = f"""<script>
  customElements.define("{HOST}", class extends HTMLElement {{
    constructor() {{
      super();
      this.attachShadow({{ mode: "open" }}).innerHTML = "<b>No traces found</b>";
    }}
  }});
</script><img src="/{FACE}" width="300">"""
# What the overlay tells the page of its shadow root, by every way there is.
SEEN = f"""() => [document.querySelector("{HOST}").shadowRoot, ...(globalThis.spied ?? []).map((internals) => internals.shadowRoot)]"""
# A page's own rules for what it may call as it likes, the overlay's colours among it.
RECOLOURED = f"""<style>
  * {{ --fake: #0b5cad; --surface: transparent; --text: transparent; }}
  {HOST} {{ --fake: #0b5cad !important; --surface: transparent !important; }}
</style><img src="/{FACE}" width="300">"""
# Addresses that are none, and one that is too long for a regular expression.
UNREADABLE = f"""<video poster="http://[" width="200" height="200"></video>
  <input type="image" src="http://[" width="200" height="200"><img src="http://[" width="200" height="200">
  <div id="long" style="{BOX}"></div><img src="/{FACE}" width="300"><script>
    document.getElementById("long").style.backgroundImage = `url("data:image/png;base64,${{"A".repeat(12e6)}}")`;
  </script>"""


def from_extension(site: Site, containing: str) -> list:
    """The requests that no page made: pages send their address along."""
    return [request for request in site.requests(containing) if "referer" not in request.headers]
