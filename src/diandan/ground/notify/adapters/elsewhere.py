"""其他通道: 企业微信, 钉钉, e-mail and whatever else Apprise knows: one address a channel."""

from __future__ import annotations

from urllib.parse import quote

import apprise

from .base import NotSent, Parcel


class AppriseAdapter:
    """Sends to the channel's address, in which {to} stands for the person's own part."""

    def __init__(self, pattern: str, title: str) -> None:
        self.pattern = pattern
        self.title = title

    def send(self, parcel: Parcel) -> str:
        """Send; Apprise says yes or no, and nothing of why."""
        box = apprise.Apprise()
        if not box.add(self.pattern.replace("{to}", quote(parcel.to, safe="@"))):
            raise NotSent("unusable address pattern", for_good=True)
        body = f"{parcel.text}\n{parcel.link}" if parcel.link else parcel.text
        if not box.notify(body=body, title=self.title):
            raise NotSent("not accepted")
        return ""

    def was_sent(self, parcel: Parcel) -> bool | None:  # noqa: ARG002  it cannot say
        """It cannot tell."""
        return None
