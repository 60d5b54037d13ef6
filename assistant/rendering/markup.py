"""The light Markdown of a reply, as runs of text, and the ways in which platforms write it.

A reply knows **bold**, [links](https://...), lists (`- item`, `1. item`) and line breaks. Everything
else is plain text: a lone asterisk or bracket is shown as it stands.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

#: Addresses that a link may lead to; others are shown as text.
SCHEMES = ("https://", "http://", "mailto:", "tel:")
BULLET = "• "

_TOKEN = re.compile(
    r"\*\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*\*"
    r"|\[(?P<label>[^\[\]\n]+)\]\((?P<href>[^\s()]+)\)"
)
_ITEM = re.compile(r"^([ \t]*)[-*][ \t]+(?=\S)", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """Text of one look. `href` is where a link leads."""

    text: str
    bold: bool = False
    href: str = ""


Runs = tuple[Run, ...]


def parse(text: str) -> Runs:
    """Return the runs of a reply. Bullets have become `• `."""
    text = _ITEM.sub(rf"\1{BULLET}", text)
    runs: list[Run] = []
    end = 0
    for found in _TOKEN.finditer(text):
        href = found["href"] or ""
        if href and not href.lower().startswith(SCHEMES):
            continue
        runs.append(Run(text[end : found.start()]))
        runs.append(Run(found["label"], href=href) if href else Run(found["bold"], bold=True))
        end = found.end()
    runs.append(Run(text[end:]))
    return tuple(run for run in runs if run.text)


def plain_text(runs: Runs) -> str:
    """Return the words alone, by which runs are measured and cut."""
    return "".join(run.text for run in runs)


def cut(runs: Runs, at: int) -> tuple[Runs, Runs]:
    """Return the runs before and after the character `at`; bold text and links go on after it."""
    left, right, seen = [], [], 0
    for run in runs:
        here = min(max(at - seen, 0), len(run.text))
        left.append(replace(run, text=run.text[:here]))
        right.append(replace(run, text=run.text[here:]))
        seen += len(run.text)
    return tuple(r for r in left if r.text), tuple(r for r in right if r.text)


@dataclass(frozen=True)
class Dialect:
    """How a platform writes text, bold text and links."""

    escape: Callable[[str], str]
    bold: Callable[[str], str]
    link: Callable[[str, str], str]

    def write(self, runs: Runs) -> str:
        """Return the runs as the platform wants them."""
        return "".join(self._one(run) for run in runs)

    def _one(self, run: Run) -> str:
        if run.href:
            return self.link(self.escape(run.text), run.href)
        if not run.bold:
            return self.escape(run.text)
        # Marks that touch a blank are shown instead of obeyed.
        inner = run.text.strip()
        before, _, after = run.text.partition(inner)
        return before + self.bold(self.escape(inner)) + after if inner else run.text


def _same(text: str) -> str:
    return text


def _escape(text: str) -> str:
    """Escape what HTML and mrkdwn read: `&`, `<` and `>`."""
    return html.escape(text, quote=False)


def _starred(text: str) -> str:
    return f"*{text}*"


def _spelled_out(label: str, href: str) -> str:
    address = href.removeprefix("mailto:").removeprefix("tel:")
    return label if label == address else f"{label} ({address})"


#: Telegram's HTML: core.telegram.org/bots/api#html-style.
HTML = Dialect(
    _escape, lambda text: f"<b>{text}</b>", lambda label, href: f'<a href="{html.escape(href)}">{label}</a>'
)
#: Slack's mrkdwn: docs.slack.dev/messaging/formatting-message-text.
MRKDWN = Dialect(
    _escape, _starred, lambda label, href: f"<{_escape(href).replace('|', '%7C')}|{label.replace('|', '¦')}>"
)
#: WhatsApp has bold and makes links of bare addresses: faq.whatsapp.com/539178204879377.
WHATSAPP = Dialect(_same, _starred, _spelled_out)
#: SMS, Messenger and Instagram show text as it is.
PLAIN = Dialect(_same, _same, _spelled_out)
