#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""report_page.py NODETOLL: what a reader sees of an HTML report, in headless Chromium."""

import json
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from browser import Browser

ROOT = Path(__file__).resolve().parents[2]
RUNS = {
    "contrast": ["contrast", "--nodes", "3", "--pods-per-node", "5,10", "--duration", "60s", "--warmup", "10s"],
    "simulate": ["simulate", "density-1000", "--set", "nodes=20", "--set", "duration=60s"],
    "estimate": ["estimate", "kube-proxy", "heapster"],
    "incidents": ["incidents", "run", "kubelet-limiter", "exec-probes", "bound-tokens"],
    "compare": ["compare", "quiet-5000x30", "kubelet:v1.12", "--set", "nodes=3", "--set", "duration=30s",
                "--set", "warmup=5s", "--seeds", "2"],
    "sweep": ["sweep", "start-100-limit", "--set", "nodes=1", "--set", "duration=2m", "--vary",
              "workload.pods=2,7,12"],
    "validate": ["validate", str(ROOT / "tests/recordings/kubelet-1.20.2-containerd-30.json"), "--seeds", "2",
                 "--min-within", "0"],
}
# Of a page of 50,000 cells: processor time to make it and its bytes, twice what they were when this was written; and how long a
# reader may wait until all is drawn, on processors that other tests use, too (12 s beside six builds).
BIG_SECONDS, BIG_BYTES, BIG_OPEN_SECONDS = 6, 18_000_000, 45
# The exact numbers of a table's rows, by the title above it; null where a cell has none.
CELLS = """(title) => {
    const region = [...document.querySelectorAll(".scroll")].find((e) => e.getAttribute("aria-label") === title);
    return [...region.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) =>
        cell.querySelector("data") ? Number(cell.querySelector("data").value) : cell.textContent));
}"""
FOUND = """(id) => {
    const canvas = document.querySelector("#" + id + " canvas");
    const chart = Chart.getChart(canvas), pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return {inked: pixels.data.some((v) => v), visible: chart.data.datasets.map((d, i) => chart.isDatasetVisible(i)),
            points: chart.data.datasets.map((d) => d.data.length)};
}"""

# Tables of at most so many columns that are wider than there is room for them.
CUT = """(columns) => [...document.querySelectorAll(".scroll")].filter((e) =>
    e.firstElementChild.scrollWidth > e.clientWidth && e.querySelectorAll("thead th").length <= columns)
    .map((e) => [e.getAttribute("aria-label"), e.firstElementChild.scrollWidth, e.clientWidth])"""


class Page:
    def __init__(self, program, folder, name):
        self.json, self.html = folder / f"{name}.json", folder / f"{name}.html"
        self.run(program, *RUNS[name], "-f", self.json)
        self.run(program, "report", self.json, "-o", "html", "-f", self.html)
        self.result = json.loads(self.json.read_text())

    @staticmethod
    def run(program, *arguments):
        subprocess.run([program, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def figures(browser):
    return browser.value("JSON.parse(document.getElementById('charts').textContent).map((c) => c.id)")


def draws_every_chart(browser, page):
    browser.open(page.html)
    ids = figures(browser)
    assert ids and browser.value("document.documentElement.dataset.drawn") == str(len(ids)), ids
    for name in ids:
        found = browser.value(f"({FOUND})({name!r})")
        assert found["inked"] and any(found["visible"]), (name, found)
        assert browser.value(f"document.querySelectorAll('#{name} tbody tr').length") > 0, name


def is_quiet(browser, page):
    browser.complaints.clear()
    browser.requests.clear()
    browser.open(page.html)
    assert not browser.complaints, browser.complaints
    assert [r for r in browser.requests if not r.startswith("data:")] == [page.html.as_uri()], browser.requests


def table(browser, title):
    rows = browser.value(f"({CELLS})({json.dumps(title)})")
    assert rows, title
    return rows


def number(cell):
    return cell if isinstance(cell, (int, float)) else float(cell.replace(",", ""))


def contrast_numbers(browser, page):
    browser.open(page.html)
    for title, key, column in (("Calls to the runtime", "runtime", 2), ("Requests to the API server", "objects", 3)):
        rows = table(browser, title)
        assert len(rows) == len(page.result[key])
        for row, wanted in zip(rows, page.result[key]):
            value = wanted["callsPerSecondPerNode"] if key == "runtime" else wanted["requestsPerSecond"]["mean"]
            assert row[0] == wanted["design"] and number(row[column]) == value, (row, wanted)


def result_numbers(browser, page):
    browser.open(page.html)
    rows = table(browser, "Requests by verb and resource")
    wanted = [[r["verb"], r["resource"], r["code"], r["count"], r["perSecond"]] for r in page.result["api"]]
    assert [[r[0], r[1], r[2], number(r[4]), number(r[5])] for r in rows] == wanted
    rows = table(browser, "Requests to the API server, second by second")
    assert [number(r[1]) for r in rows] == page.result["series"]["requests"]["peak"]
    drawn = browser.value("""JSON.parse(document.getElementById('charts').textContent)
        .find((c) => c.x.title === "virtual second").series[0].points.map((p) => p[1])""")
    assert drawn == page.result["series"]["requests"]["peak"]


def estimate_numbers(browser, page):
    browser.open(page.html)
    wanted = [[size["nodes"], size["perSecondPerNode"], size["perSecond"]] for call in page.result["calls"]
              if call["trigger"] != "watch" for size in call["clusters"]]
    assert [[number(cell) for cell in row[1:4]] for row in table(browser, "Calls")] == wanted


def incident_numbers(browser, page):
    browser.open(page.html)
    wanted = [[r["name"], r["figure"], r["published"], r["ours"]] for r in page.result["rows"]]
    assert [[r[0], r[2], number(r[3]), number(r[4]) if r[4] != "not modelled" else None]
            for r in table(browser, "Figures")] == wanted


def comparison_numbers(browser, page):
    """Rates and counts of both sides, as they are rounded for a reader."""
    browser.open(page.html)
    shown = {row[0]: row[1:3] for row in table(browser, "Measures")}
    checked = 0
    for row in page.result["rows"]:
        cells = shown[row["measure"]]
        for cell, wanted in zip(cells, (row["base"], row["candidate"])):
            if row["unit"] not in ("", "/s") or wanted is None:
                continue
            value = number(cell if isinstance(cell, (int, float)) else cell.removesuffix("/s"))
            assert abs(value - wanted) <= max(0.006 * abs(wanted), 0.00005), (row, cells)
            checked += 1
    assert len(shown) == len(page.result["rows"]) and checked > 50, checked


def sweep_numbers(browser, page):
    browser.open(page.html)
    measure = "runtime.calls.perNode"
    wanted = [[float(c["values"]["workload.pods"]), c["measures"][measure]] for c in page.result["cells"]]
    assert [[number(r[1]), number(r[2])] for r in table(browser, measure)] == wanted
    charts = browser.value("JSON.parse(document.getElementById('charts').textContent)")
    walls = {w["at"] for w in next(c for c in charts if c["y"]["title"].split(", ")[0] == measure).get("walls", [])}
    assert walls == {float(w["at"]) for g in page.result["groups"] for w in g["walls"]} != set(), walls


def validation_numbers(browser, page):
    browser.open(page.html)
    wanted = [[r["call"], r["recorded"], r["simulated"]] for r in page.result["rows"] if r["source"] != "latency"]
    assert [[r[3], number(r[4]), number(r[5])] for r in table(browser, "Recorded and simulated")] == wanted


def a_click_hides_a_series(browser, page):
    browser.open(page.html)
    name = next(i for i in figures(browser) if browser.value(f"document.querySelectorAll('#{i} button').length") > 1)
    button = f"#{name} button"
    before = browser.value(f"({FOUND})({name!r})")["visible"]
    browser.click(button)
    after = browser.value(f"({FOUND})({name!r})")["visible"]
    assert after == [not before[0]] + before[1:], (before, after)
    assert browser.value(f"document.querySelector('{button}').getAttribute('aria-pressed')") == str(after[0]).lower()
    browser.value(f"document.querySelector('{button}').focus()")
    browser.call("Input.dispatchKeyEvent", type="keyDown", key=" ", code="Space", text=" ")
    browser.call("Input.dispatchKeyEvent", type="keyUp", key=" ", code="Space")
    assert browser.value(f"({FOUND})({name!r})")["visible"] == before, "by keyboard, too"


def fits_a_phone(browser, page):
    browser.call("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=2, mobile=True)
    try:
        browser.open(page.html)
        assert browser.value("document.documentElement.scrollWidth") <= 390
    finally:
        browser.call("Emulation.clearDeviceMetricsOverride")


def fits_a_window(browser, page):
    """No table of as many columns as one reads is cut off at its side."""
    browser.call("Emulation.setDeviceMetricsOverride", width=1200, height=800, deviceScaleFactor=1, mobile=False)
    try:
        browser.open(page.html)
        browser.value("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        assert browser.value(f"({CUT})(14)") == []
        assert browser.value("document.documentElement.scrollWidth") <= 1200
    finally:
        browser.call("Emulation.clearDeviceMetricsOverride")


def fits_a_sheet(browser, page):
    """A4 with margins of 15 mm, and every table is there."""
    browser.call("Emulation.setDeviceMetricsOverride", width=680, height=1000, deviceScaleFactor=1, mobile=False)
    browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        browser.open(page.html)
        browser.value("dispatchEvent(new Event('beforeprint'))")
        assert browser.value("document.querySelectorAll('figure details:not([open])').length") == 0
        assert browser.value(f"({CUT})(20)") == []
    finally:
        browser.call("Emulation.setEmulatedMedia", media="")
        browser.call("Emulation.clearDeviceMetricsOverride")


def changes_with_the_light(browser, page):
    browser.open(page.html)
    ink = "(() => Chart.getChart(document.querySelector('canvas')).data.datasets[0].borderColor)()"
    seen = {}
    for scheme in ("light", "dark"):
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        browser.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        seen[scheme] = (browser.value("getComputedStyle(document.body).backgroundColor"), browser.value(ink))
    browser.call("Emulation.setEmulatedMedia", features=[])
    assert seen["light"][0] != seen["dark"][0] and seen["light"][1] != seen["dark"][1], seen


def prints_with_its_tables(browser, page):
    browser.open(page.html)
    opened = "document.querySelectorAll('figure details[open]').length"
    assert browser.value(opened) == 0
    browser.value("dispatchEvent(new Event('beforeprint'))")
    assert browser.value(opened) == browser.value("document.querySelectorAll('figure details').length")
    browser.value("dispatchEvent(new Event('afterprint'))")
    assert browser.value(opened) == 0


def has_its_tables_without_scripts(browser, page):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(page.html)
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert browser.value("document.querySelectorAll('figure details[open] tbody tr').length") > 0
    assert browser.value("getComputedStyle(document.querySelector('.canvas')).display") == "none"


def cannot_be_told_to_run_a_name(browser, page):
    evil = "</script><script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">"
    page.result["metadata"]["name"] = evil
    for row in page.result["rows"]:
        row["call"] = row["node"] = evil
    edited, shown = page.json.with_name("evil.json"), page.html.with_name("evil.html")
    edited.write_text(json.dumps(page.result))
    Page.run(sys.argv[1], "report", edited, "-o", "html", "-f", shown)
    browser.complaints.clear()
    browser.open(shown)
    assert browser.value("document.title").endswith("nodetoll") and not browser.complaints, browser.complaints
    assert browser.value("document.querySelector('h1').textContent") == "Recording " + evil
    assert browser.value("document.images.length") == 0


def grid(result, columns, curves):
    """The sweep as if so many values of its axis and of a second path had been asked for."""
    vary, group, cell = result["vary"][0], result["groups"][0], result["cells"][-1]
    vary["values"] = [str(k + 1) for k in range(columns)]
    result["vary"].append({"path": "kubelet.pleg.relistPeriod", "values": [f"{k + 1}s" for k in range(curves)]})
    result["groups"] = [group | {"values": {"kubelet.pleg.relistPeriod": f"{g + 1}s"}, "walls": [], "firstWall": None,
                                 "cells": [c * curves + g for c in range(columns)]} for g in range(curves)]
    result["cells"] = [cell | {"values": {vary["path"]: str(c + 1), "kubelet.pleg.relistPeriod": f"{g + 1}s"}}
                       for c in range(columns) for g in range(curves)]
    result["pareto"]["cells"] = list(range(0, columns * curves, 3))


def shows_50000_cells(browser, page):
    """Few long curves and many short ones: the page stays one that opens, and says what it leaves out."""
    for columns, curves, words in ((250, 200, "20 of the 200 curves are drawn"),
                                   (5000, 10, " of 50,000 points are shown")):
        big = Page.__new__(Page)
        big.json, big.html = page.json.with_name("grid.json"), page.html.with_name("grid.html")
        big.result = json.loads(page.json.read_text())
        grid(big.result, columns, curves)
        big.json.write_text(json.dumps(big.result))
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        Page.run(sys.argv[1], "report", big.json, "-o", "html", "-f", big.html)
        took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        assert took < BIG_SECONDS and big.html.stat().st_size < BIG_BYTES, (took, big.html.stat().st_size)
        started = time.monotonic()
        draws_every_chart(browser, big)
        assert time.monotonic() - started < BIG_OPEN_SECONDS, time.monotonic() - started
        shown = len(table(browser, "The cells of the curves above"))
        assert 3750 <= shown <= 5000, shown
        told = browser.value("document.body.textContent")
        assert words in told and f"{shown:,} of the 50,000 cells" in told, told[:4000]


CASES = [(check, name) for name in RUNS for check in (draws_every_chart, is_quiet, fits_a_phone)] + [
    (contrast_numbers, "contrast"), (result_numbers, "simulate"), (estimate_numbers, "estimate"), (incident_numbers, "incidents"), (sweep_numbers, "sweep"),
    (validation_numbers, "validate"), (comparison_numbers, "compare"),
    (a_click_hides_a_series, "contrast"), (a_click_hides_a_series, "simulate"),
    (shows_50000_cells, "sweep"), (changes_with_the_light, "contrast"), (prints_with_its_tables, "contrast"),
    *[(check, name) for name in RUNS if name != "incidents" for check in (fits_a_window, fits_a_sheet)],
    (has_its_tables_without_scripts, "simulate"), (cannot_be_told_to_run_a_name, "validate")]


def main():
    failed = 0
    print(f"1..{len(CASES)}")
    with tempfile.TemporaryDirectory() as folder:
        pages = {name: Page(sys.argv[1], Path(folder), name) for name in RUNS}
        browser = Browser()
        for number_, (check, name) in enumerate(CASES, 1):
            try:
                check(browser, pages[name])
                word = "ok"
            except (AssertionError, RuntimeError):
                traceback.print_exc()
                word, failed = "not ok", failed + 1
            print(f"{word} {number_} - {name}: {check.__name__.replace('_', ' ')}", flush=True)
        browser.close()
    sys.exit(1 if failed else 0)


main()
