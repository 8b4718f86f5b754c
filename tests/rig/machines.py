"""A whole Debian with systemd in a container, its screen a terminal that can be read.

Its files are an overlay over a tree that is never written to, and it has no network.
"""

import contextlib
import os
import pty
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

# systemd-nspawn manages the machine's control groups below a v2 hierarchy of its own, whatever this
# machine has, and in a mount namespace that goes with it.
BOOT = """
umount --recursive --lazy /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p "/sys/fs/cgroup/$1"
echo $$ >"/sys/fs/cgroup/$1/cgroup.procs"
shift
exec systemd-nspawn "$@"
"""
GROUPS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
"""Where this machine may have its v2 hierarchy."""
POWER_OFF = signal.SIGRTMIN + 4
"""What systemd understands as an order to power off: systemd(1), "Signals"."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Machine:
    """A container in `folder` over `tree`; the folders of `shared` are there too, to be read."""

    def __init__(self, tree: Path, folder: Path, shared: dict[Path, str]) -> None:
        self.root = folder / "root"
        self._folder = folder
        self._name = f"moodlift-{os.getpid()}"
        self._shared = shared
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._screen = bytearray()
        self._terminal, console = pty.openpty()
        self._console = os.ttyname(console)
        os.close(console)
        threading.Thread(target=self._watch, name="screen", daemon=True).start()
        for name in ("upper", "work", "root"):
            (folder / name).mkdir(parents=True)
        layers = f"lowerdir={tree},upperdir={folder / 'upper'},workdir={folder / 'work'}"
        subprocess.run(["mount", "-t", "overlay", "machine", "-o", layers, self.root], check=True)

    def start(self, *options: str) -> None:
        """Boot, with more options of systemd-nspawn; wait until what starts by itself has."""
        binds = [f"--bind-ro={folder}:{place}" for folder, place in self._shared.items()]
        binds += [f"--bind={self._console}:/dev/{tty}" for tty in ("tty0", "tty1")]
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", BOOT, "boot"]
        command += [self._name, f"--machine={self._name}", f"--directory={self.root}", "--boot"]
        command += ["--quiet", "--register=no", "--keep-unit", "--console=pipe", "--timezone=off"]
        # Without bpf systemd cannot enforce a service's list of devices.
        command += ["--private-network", "--system-call-filter=bpf", "--capability=CAP_BPF"]
        with (self._folder / "console.log").open("ab") as log:
            self._nspawn = subprocess.Popen(
                [*command, *binds, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.until(lambda: self._leader() != 0, 10)
        self.until(lambda: self.run("systemctl", "is-system-running", check=False) in UP, 60)

    @property
    def on(self) -> bool:
        """Whether it is switched on."""
        return self._nspawn is not None and self._nspawn.poll() is None

    def run(self, *command: str, check: bool = True, timeout: float = 240) -> str:
        """Run a command as root; return what it prints, its errors too. Fails where it does."""
        environment = ["env", "-i", f"PATH={PATH}", "HOME=/root", "LANG=C.UTF-8", "TERM=dumb"]
        inside = ["nsenter", "--all", "--target", str(self._leader()), *environment, *command]
        result = subprocess.run(
            inside,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
        )
        assert not check or result.returncode == 0, f"{command}: {result.stdout}"
        return result.stdout.strip()

    def show(self, unit: str, name: str) -> str:
        """Return a property of a unit."""
        return self.run("systemctl", "show", "--property", name, "--value", unit)

    def screen(self) -> str:
        """Return what was written to the first console since it was asked for last."""
        text = self._screen.decode("utf-8", "replace")
        self._screen.clear()
        return text

    def shows(self, words: str, seconds: float = 5) -> None:
        """Wait until something was written to the first console since `screen` was called last."""
        self.until(lambda: words.encode() in self._screen, seconds)

    def until(self, what: Callable[[], object], seconds: float) -> float:
        """Wait until something holds; return for how many seconds it did not."""
        begun = time.monotonic()
        while not what():
            assert time.monotonic() - begun < seconds, self.log()
            time.sleep(0.1)
        return time.monotonic() - begun

    def log(self) -> str:
        """Return the end of what the machine and the kiosk said."""
        told = (self._folder / "console.log").read_text("utf-8", "replace")[-2000:]
        journal = ("journalctl", "--unit=moodlift", "--no-pager", "--lines=40")
        return f"{told}\n{self.run(*journal, check=False)}" if self._leader() else told

    def power_off(self) -> None:
        """Shut down; `start` then boots the same machine again."""
        if self._nspawn is None:
            return
        if self.on and (leader := self._leader()):
            os.kill(leader, POWER_OFF)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._nspawn.wait(30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._nspawn.pid, signal.SIGKILL)
        self._nspawn.wait()
        self._nspawn = None
        for top in GROUPS:
            for group in sorted((top / self._name).glob("**/"), reverse=True):
                group.rmdir()

    def discard(self) -> None:
        """Shut down, and forget all that was changed."""
        self.power_off()
        subprocess.run(["umount", self.root], check=True)
        shutil.rmtree(self._folder)

    def _leader(self) -> int:
        """Return the number under which this machine knows the container's first process."""
        assert self._nspawn is not None
        assert self._nspawn.poll() is None, self._folder.joinpath("console.log").read_text()
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text()
        return int(children.split()[0]) if children else 0

    def _watch(self) -> None:
        while True:
            try:
                self._screen += os.read(self._terminal, 4096)
            except OSError:  # nobody has it open: systemd hangs it up between two users
                time.sleep(0.02)


UP = ("running", "degraded")
