"""What a page must never show: sideways scrolling, cut words, empty charts, English in Chinese, a barrier."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Names and signs that are the same in every language.
ALLOWED = {
    "AUC",
    "BG",
    "Brier",
    "CNY",
    "Gamma",
    "NBD",
    "Pareto",
    "PSI",
    "alpha",
    "beta",
    "gamma",
    "Shift",
    "Chen",
    "GB",
    "UTF",
    "BIG",
    "CP",
    "Tab",
    "gz",
    "csv",
    "CC",
    "BY",
    "CSV",
    "CRM",
    "ERP",
    "SELECT",
    "SFTP",
    "SQL",
    "EN",
    "JSON",
    "Online",
    "Parquet",
    "RFM",
    "Retail",
    "Shuke",
    "UCI",
    "Excel",
    "POST",
    "Standard",
    "Webhook",
    "Webhooks",
    "whsec",
    "xls",
    "xlsx",
}

# Names of people and files are nobody's to translate; the pages say so in the way that HTML has for it.
WORDS = """() => {
  const named = [...document.querySelectorAll('[translate=no]')];
  const shown = named.map((node) => [node, node.style.display]);
  for (const node of named) node.style.display = 'none';
  const words = document.body.innerText;
  for (const [node, display] of shown) node.style.display = display;
  return words;
}"""
CLIPPED = """() => [...document.querySelectorAll('body *')]
  .filter((node) => node.clientWidth && getComputedStyle(node).overflowX === 'hidden'
    && !node.closest('.visually-hidden') && node.scrollWidth > node.clientWidth + 1)
  .map((node) => node.textContent.trim().slice(0, 40))"""
LOST_ICONS = """() => [...document.querySelectorAll('svg.icon')]
  .filter((icon) => icon.clientWidth && !icon.querySelector('use').getBBox().width)
  .map((icon) => icon.querySelector('use').getAttribute('href').split('#')[1])"""
EMPTY_CHARTS = """() => {
  const pixels = (canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const drawn = (canvas) => canvas && canvas.width && new Uint32Array(pixels(canvas).buffer).some(Boolean);
  return [...document.querySelectorAll('[data-chart]')]
    .filter((box) => box.clientWidth && !drawn(box.querySelector('canvas'))).map((box) => box.id);
}"""


def faults(page: Page, *, language: str) -> list[str]:
    """Everything wrong with the page as it stands, in words."""
    return [
        *_too_wide(page),
        *(f"cut off: {words}" for words in page.evaluate(CLIPPED)),
        *(f"no such icon: {name}" for name in page.evaluate(LOST_ICONS)),
        *(f"empty chart: {name}" for name in page.evaluate(EMPTY_CHARTS)),
        *(_english(page) if language == "zh-hans" else []),
        *_barriers(page),
    ]


def _too_wide(page: Page) -> list[str]:
    excess = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{excess} px too wide"] if excess > 0 else []


def _english(page: Page) -> list[str]:
    words = re.findall(r"[A-Za-z]{2,}", page.evaluate(WORDS))
    return [f"untranslated: {word}" for word in sorted(set(words) - ALLOWED)]


def _barriers(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]
