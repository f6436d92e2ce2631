"""Sentences and small tables of the card and the README that say what figures are worth; nothing is measured here."""

from python_trainer.report_tables import SHIPPED, percent

PORTRAITS = "web_portraits"
TEST_SOURCES = {  # source -> what it is; typed, as no evaluation knows it
    "independent42": "as many pictures as the thesis's independent set has (its figure 4.7), from twelve other sources: single "
    "people, some of them well known, and groups; portraits by several generators",
    "unseen_stylegan2": "photographs of faces, tightly framed, many dark or in black and white; portraits by StyleGAN2, of another "
    "style, 300 px",
    "unseen_stylegan3": "portraits by StyleGAN3, 256 px",
    "unseen_flux": "television frames of four politicians; pictures of the same four by FLUX.1 with a LoRA, 384 px. The colours "
    "of the two classes differ. Intervals count each picture by itself: resampled by people (four, told apart by eye) its AUC is "
    "between 0.48 and 0.85, so better than chance is not shown",
    "unseen_sd3": "pictures of single people by Stable Diffusion 3, 384 px",
    PORTRAITS: "portraits of demo pages in npm packages; pictures out of PyPI's "
    "[openpeople](https://pypi.org/project/openpeople/) (Gemini) and ComfyUI's "
    "[workflow templates](https://pypi.org/project/comfyui-workflow-templates/), at most 1,024 px",
}


def images_note(reports: dict[str, dict], kept: set[str]) -> str:
    """What the rows of the models' table, one for each report, do not share: images, code, weights. `kept` has the sha256
    of weights that are in the repository.
    """
    shipped, notes, order = reports[SHIPPED], [], list(reports)

    def rows(names: list[str]) -> str:
        return f"row{'s' if len(names) > 1 else ''} {_list([str(order.index(name) + 1) for name in names])}"

    for sources in {tuple(report["sources"]): None for report in reports.values()}:
        names = [name for name, report in reports.items() if tuple(report["sources"]) == sources]
        later = [source for source in shipped["sources"] if source not in sources]
        if not later or not set(sources) <= set(shipped["sources"]):
            continue
        right = sum(shipped["sources"][s]["confusion"][k] for s in sources for k in ("real_as_real", "fake_as_fake"))
        n = sum(shipped["sources"][s]["n"] for s in sources)
        notes.append(
            f"The rows do not share one test: {', '.join(f'`{source}`' for source in later)} came to it after the measurement of "
            f"{rows(names)}, on {reports[names[0]]['overall']['n']:,} images; that of {rows([SHIPPED])} was on "
            f"{shipped['overall']['n']:,}, and on the {n:,} alone its accuracy is {right / n:.3f}."
        )
    unseen = {report["unseen_pooled"]["n"] for report in reports.values()}
    if len(unseen) == 1:
        notes.append(f"*AUC unseen* is of {unseen.pop():,} images in every row.")
    versions = {report["code_version"]: None for report in reports.values()}
    measured = [f"{v} ({rows([name for name in order if reports[name]['code_version'] == v])})" for v in versions]
    dirty = "; *dirty*: with changes that no commit holds" if any(v.endswith("-dirty") for v in versions) else ""
    notes.append(f"Measured by code version {_list(measured)}{dirty}.")
    if lost := [name for name, report in reports.items() if report["checkpoint_sha256"] not in kept]:
        notes.append(f"The weights of {rows(lost)} are not in this repository.")
    return " ".join(notes)


def threshold_sentence(manifest: dict, shipped: dict) -> str:
    """That no verdict uses the threshold of the column *accuracy*."""
    point = manifest["operating_points"]["check"]
    return (
        "*Accuracy* is at each model's threshold of the best balanced accuracy on validation "
        f"({shipped['threshold']:.3f} for the one that ships). No verdict uses it: of a single face *likely fake* begins at "
        f"{point['likely_fake'][0]:.3f} and *no traces found* ends at {point['no_traces'][0]:.3f}."
    )


def answers_table(shipped: dict, protocol: dict) -> str:
    """What a check answers on clean test images, sources pooled."""
    known, unseen = list(shipped["sources"]), [name for name in shipped["held_out"] if name.startswith("unseen_")]
    parts = (
        ("real, known sources", "real", known),
        ("fake, known sources", "fake", known),
        ("of these, portraits by generators of 2024 to 2026", "fake", [PORTRAITS]),
        ("fake, unseen generators", "fake", unseen),
    )
    lines = [
        "| test images | of | *no traces found* | *inconclusive* | *likely fake* | no face to judge |",
        "|---|---|---|---|---|---|",
    ]
    for title, label, sources in parts:
        counts = _band_counts(protocol, label, sources)
        n = sum(counts.values())
        if n:
            lines.append(f"| {title} | {n:,} | {' | '.join(percent(count / n) for count in counts.values())} |")
    return "\n".join(lines)


def alarms_sentence(protocol: dict) -> str:
    """How many real test images are called likely fake, all sources pooled."""
    rates = protocol["goals"]["reals_called_likely_fake"]
    told = f"Real test images of all sources, with a face, that are called *likely fake*: {_rate(rates['pooled'])}"
    if PORTRAITS in rates["sources"]:
        told += f"; among them, clean portraits of web pages: {clean_portraits(protocol)}"
    return told + "."


def clean_portraits(protocol: dict) -> str:
    """Of the real portraits of web pages, how many are called likely fake."""
    rates = protocol["goals"]["reals_called_likely_fake"]["sources"]
    return _rate(rates[PORTRAITS]) if PORTRAITS in rates else "–"


def marked_faces(report: dict | None) -> str:
    """What is answered where a person marks the face that no detector found; empty where nobody has measured it."""
    if report is None:
        return ""
    real, fake = (report["bands"][name] for name in ("real", "fake"))
    return (
        f"Where a person marks the face by hand, as the extension's report lets its user do, {report['source']} has an accuracy of "
        f"{report['accuracy']:.3f} and an AUC of {report['auc']:.3f} over all {report['n']} images. Of the {sum(real.values())} real "
        f"photos so marked (negatives, false colours, noise, blur) {real['likely_fake']} are called likely fake and "
        f"{real['no_traces']} no traces, of the {sum(fake.values())} fakes {fake['likely_fake']} likely fake and {fake['no_traces']} no "
        "traces."
    )


def new_portraits(protocol: dict) -> str:
    """How portraits by recent generators fare beside real ones."""
    fake, real = (_band_counts(protocol, label, [PORTRAITS]) for label in ("fake", "real"))
    auc = protocol["peers"]["model"]["conditions"]["clean"]["sources"].get(PORTRAITS)
    if auc is None:
        return "–"
    return (
        f"{fake['likely_fake']} of {sum(fake.values())} called likely fake, {fake['no_traces']} no traces; against the "
        f"{sum(real.values())} real portraits beside them the AUC is {auc:.3f}"
    )


def found_share(protocol: dict, source: str) -> str:
    """Share of a source's fakes that are called likely fake."""
    counts = _band_counts(protocol, "fake", [source])
    n = sum(counts.values())
    return percent(counts["likely_fake"] / n) if n else "–"


def better_elsewhere(reports: dict[str, dict], protocol: dict) -> str:
    """Every source on which another row of the card's tables has a higher AUC than the network that ships."""
    peers = {name: found["conditions"]["clean"] for name, found in protocol["peers"].items() if name != "model"}
    own = protocol["peers"]["model"]["conditions"]["clean"]
    without_reals = [source for source in own["unseen"] if own["sources"].get(source) is None]
    by_source = _higher(own["sources"], {name: found["sources"] for name, found in peers.items()})
    against_all = _higher(
        {source: own["unseen"][source] for source in without_reals},
        {name: found["unseen"] for name, found in peers.items()},
    )
    aucs = {n: {s: f["auc"] for s, f in {**r["sources"], **r["held_out"]}.items()} for n, r in reports.items()}
    thesis = _higher(aucs.pop(SHIPPED), aucs)
    told = [("By source", by_source), ("Against all test reals", against_all)]
    told += [('By the tables under "Per source", where an image without a face is an error', thesis)]
    return " ".join(f"{title}: {found}." for title, found in told if found)


def test_sources_table(protocol: dict) -> str:
    """What the sources are that serve the test alone, with the numbers of their images and generators."""
    made: dict[str, list[str]] = {}
    for found in protocol["generators"]:
        made.setdefault(found["source"], []).append(
            f"{found['generator'] or 'not known'} {found['bands']['fake']['n']}"
        )
    lines = ["| source | real / fake | what | its fakes are by |", "|---|---|---|---|"]
    for source, what in TEST_SOURCES.items():
        if source in protocol["conditions"]["clean"]["bands"]["sources"]:
            real, fake = (sum(_band_counts(protocol, label, [source]).values()) for label in ("real", "fake"))
            lines.append(f"| `{source}` | {real} / {fake} | {what} | {', '.join(made.get(source, ['–']))} |")
    return "\n".join(lines)


def _higher(own: dict[str, float | None], others: dict[str, dict[str, float | None]]) -> str:
    found = []
    for source, value in own.items():
        if value is None:
            continue
        higher = {name: aucs[source] for name, aucs in others.items() if (aucs.get(source) or 0) > value}
        if higher:
            shown = ", ".join(f"{name} {auc:.3f}" for name, auc in sorted(higher.items(), key=lambda item: -item[1]))
            found.append(f"`{source}` {shown} (this one {value:.3f})")
    return "; ".join(found)


def _band_counts(protocol: dict, label: str, sources: list[str]) -> dict[str, int]:
    """Images of each band, which the evaluation has as shares."""
    bands = protocol["conditions"]["clean"]["bands"]["sources"]
    parts = [bands[source][label] for source in sources if source in bands and bands[source][label]["n"]]
    names = ("no_traces", "inconclusive", "likely_fake", "not_scored")
    return {name: sum(round(part[name] * part["n"]) for part in parts) for name in names}


def _rate(rate: dict) -> str:
    low, high = rate["interval"]
    return f"{rate['count']} of {rate['n']:,} ({percent(rate['rate'])}, {percent(low)} to {percent(high)})"


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
