"""Who calls: our own frame, and from which address."""

from __future__ import annotations

import ipaddress
import logging

from sanic.request import Request

from rasa_ext.channels.base import ChannelError

logger = logging.getLogger(__name__)

#: What only a script can set: a page of another origin has to ask first (CORS), and is refused.
HEADER = "x-stria"


class Callers:
    """Tells our own frame from other pages, and callers from each other."""

    def __init__(self, public_url: str, trusted_proxies: int):
        """Without `public_url` the address of each request counts as ours."""
        self._public_url, self._proxies = public_url, trusted_proxies
        self._told = False

    def own_origin(self, request: Request) -> str:
        """Return the origin under which browsers know us."""
        host = (request.headers.get("host") or "").lower()
        return self._public_url or f"{request.scheme}://{host}"

    def is_https(self, request: Request) -> bool:
        """Tell whether browsers reach us over https."""
        return self.own_origin(request).startswith("https:")

    def check(self, request: Request) -> None:
        """Let only scripts of our own origin pass.

        Raises:
            ChannelError: 403.
        """
        own = self.own_origin(request)
        origins = request.headers.getall("origin", [])
        foreign = [o for o in origins if o.lower() != own]
        site = (request.headers.get("sec-fetch-site") or "none").lower()
        if foreign or site not in ("same-origin", "none") or request.headers.get(HEADER) != "1":
            if foreign and not self._told:
                self._told = True
                logger.warning("web: refused Origin %.100r; ours is %s (see public_url)", foreign[0], own)
            raise ChannelError(403, "bad_origin", "This chat can only be used on its own page.")

    def address(self, request: Request) -> str:
        """Return the caller's address for counting; of IPv6 the network, for one caller has many."""
        found = request.ip
        if self._proxies:
            chain = ",".join(request.headers.getall("x-forwarded-for", [])).split(",")
            if len(chain) >= self._proxies:
                found = chain[-self._proxies].strip()
        try:
            address = ipaddress.ip_address(found)
        except ValueError:
            return str(request.ip)
        if isinstance(address, ipaddress.IPv6Address):
            if address.ipv4_mapped:
                return str(address.ipv4_mapped)
            return str(ipaddress.ip_network((address, 64), strict=False))
        return str(address)
