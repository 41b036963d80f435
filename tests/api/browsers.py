"""The browser of the tests."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Playwright


def chromium(playwright: Playwright) -> str:
    """A Chromium on PATH, or the one that Playwright keeps. Skips without one, or fails where everything must be tested."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    kept = playwright.chromium.executable_path
    if Path(kept).exists():
        return kept
    why = "no Chromium on PATH and none kept by Playwright (apt install chromium, or: playwright install chromium)"
    if os.environ.get("SLOTLINE_TEST_ALL"):
        pytest.fail(why)
    pytest.skip(why)
