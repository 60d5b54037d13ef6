"""Takes the pictures of docs/screenshots/: the demo page with the check, on desktop and phone, light and dark.

Run it with `make screenshots` after the widget or the demo page have changed.
"""

from __future__ import annotations

import io
import secrets
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from scripts._env import ROOT, CommandError, run_command, say
from scripts.browser import need_browser
from tests.browser.chat import Chat
from tests.browser.conftest import NO_OUTSIDE, OPEN_SHADOW
from tests.own_stack import start_own
from tests.stack import StackError

FOLDER = ROOT / "docs" / "screenshots"
BIGGEST = 200_000
COLOURS = 128
DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 390, "height": 760},
        "device_scale_factor": 1.5,
        "has_touch": True,
        "is_mobile": True,
    },
}
SCHEMES = ("light", "dark")


def picture(browser: Browser, url: str, scheme: str, device: dict[str, Any]) -> bytes:
    """Returns a picture of the check in the middle, after a question of the patient's."""
    context = browser.new_context(
        base_url=url, color_scheme=scheme, reduced_motion="reduce", locale="en-US", **device
    )
    context.add_init_script(OPEN_SHADOW)
    page = context.new_page()
    page.goto("/")
    chat = Chat(page).start()
    chat.tell("how long is recovery?")
    chat.tell("start the check").expect_question(1).tell("no").expect_question(2)
    expect(chat.bubbles.last).to_be_in_viewport(ratio=1)
    expect(chat.typing).to_have_count(0)
    found = page.screenshot(animations="disabled", caret="hide")
    context.close()
    return found


def small(png: bytes) -> bytes:
    """Returns the picture with few colours, which is much smaller."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        reduced = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        reduced.save(out, "PNG", optimize=True)
    return out.getvalue()


def write(folder: Path) -> None:
    """Takes all pictures.

    Raises:
        CommandError: When one is too big, or the assistant does not start.
    """
    executable = need_browser()
    try:
        stack = start_own({"STRIA_WEB_SECRET": secrets.token_urlsafe(48), "STRIA_WEB_DEMO": "on"})
    except StackError as error:
        raise CommandError(str(error)) from error
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=[NO_OUTSIDE])
            for name, device in DEVICES.items():
                for scheme in SCHEMES:
                    png = small(picture(browser, stack.url, scheme, device))
                    if len(png) > BIGGEST:
                        raise CommandError(f"{name}-{scheme}.png has {len(png)} bytes; {BIGGEST} are allowed")
                    (folder / f"{name}-{scheme}.png").write_bytes(png)
                    say(f"{name}-{scheme}.png: {len(png) // 1000} kB")
            browser.close()
    finally:
        stack.stop()


def main() -> int:
    """Writes the pictures; returns the exit status."""
    write(FOLDER)
    return 0


if __name__ == "__main__":
    run_command(main)
