"""A kiosk from install.sh to --purge, on a machine with systemd that has no network and no desktop.

The tests share one machine, and leave its kiosk running as they found it.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from device import __version__
from device.web.server.server import NICENESS
from tests.rig.appliance import (
    ROOT,
    Files,
    changed,
    files,
    packages,
    page,
    pid,
    release,
    running,
    serving,
    source,
    starts,
    units,
)
from tests.rig.machines import Machine
from tests.support import bundles
from tests.support.needs import lacking

RIG = os.environ.get("MOODLIFT_RIG", "")
OFFLINE = ("--offline", "/wheelhouse")
CURRENT = "/opt/moodlift/current"
pytestmark = [
    pytest.mark.skipif(not RIG, reason="no machine to install on; ./install.sh test makes one"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Boot a machine without a kiosk."""
    rig = Path(RIG)
    folder = tmp_path_factory.mktemp("machine")
    try:
        machine = Machine(rig / "tree", folder, {rig / "wheelhouse": "/wheelhouse"})
    except subprocess.CalledProcessError as error:
        lacking(f"no container can be made here: {error}")
    try:
        machine.start()
        yield machine
    finally:
        machine.discard()


@pytest.fixture(scope="module")
def untouched(bare: Machine) -> tuple[Files, str, str]:
    """Return what the machine was before."""
    bare.shows("login:")
    return files(bare), units(bare), packages(bare)


@pytest.fixture(scope="module")
def kiosk(bare: Machine, untouched: object) -> Machine:
    """Install a kiosk."""
    script = source(bare, "first")
    told = bare.run(script, *OFFLINE, "--camera", "auto")
    assert told.endswith("the status page is at http://kiosk.local:8080/")
    return bare


def test_check_says_what_would_change_and_changes_nothing(
    bare: Machine, untouched: tuple[Files, str, str]
) -> None:
    script = source(bare, "checked")
    told = bare.run(script, "--check", *OFFLINE).splitlines()
    assert told
    assert all(line.startswith("install: would be done: ") for line in told)
    assert changed(untouched[0], files(bare)) == set()


def test_installed_it_runs_as_its_own_user_and_answers(kiosk: Machine) -> None:
    assert running(kiosk)
    assert "camera: no camera found" in kiosk.show("moodlift", "StatusText")
    assert "Moodlift" in page(kiosk)
    user = kiosk.run("ps", "-o", "user=", "-p", str(pid(kiosk)))
    assert user == "moodlift"
    groups = kiosk.run("id", "-nG", "moodlift").split()
    assert set(groups) == {"moodlift", "video", "render", "input", "audio", "gpio"}


def test_the_sandbox_is_tight(kiosk: Machine) -> None:
    told = kiosk.run("systemd-analyze", "security", "--no-pager", "moodlift.service")
    exposure = float(told.rpartition("moodlift.service: ")[2].split()[0])
    assert exposure <= 2.0


def test_the_page_s_threads_are_nicer_than_the_show_there(kiosk: Machine) -> None:
    show, *others = kiosk.run("ps", "-L", "-o", "ni=", "-p", str(pid(kiosk))).split()
    # Beside other tests this machine is nice already, and nobody is nicer than 19.
    assert min(int(show) + NICENESS, 19) in [int(one) for one in others]


def test_a_second_run_does_nothing(kiosk: Machine) -> None:
    before, process = files(kiosk), pid(kiosk)
    told = kiosk.run("/root/first/install.sh", *OFFLINE, "--camera", "auto")
    assert "nothing to do" in told
    assert pid(kiosk) == process
    assert {name for name in changed(before, files(kiosk)) if "moodlift" not in name} == set()


def test_another_camera_is_not_written_over_the_owner_s_configuration(kiosk: Machine) -> None:
    told = kiosk.run("/root/first/install.sh", *OFFLINE, "--camera", "usb:Else", check=False)
    assert told.endswith('write source = "usb:Else" there, under [camera]')


def test_the_owner_s_commands_are_the_kiosk_s(kiosk: Machine) -> None:
    link = kiosk.run("moodlift", "pair").splitlines()[0]
    assert "Moodlift" in page(kiosk, link.partition(":8080/")[2], order=" ")
    assert ": OK; " in kiosk.run("moodlift", "check-config")
    told = kiosk.run("setpriv", "--reuid=nobody", "--clear-groups", "moodlift", "pair", check=False)
    assert told == "moodlift: sudo moodlift pair"


def test_a_signed_model_is_examined_in_the_sandbox_serves_and_goes_again(kiosk: Machine) -> None:
    place = kiosk.root / "srv"
    (place / "key.pem").write_bytes(bundles.public(bundles.KEY))
    (place / "model.moodlift").write_bytes(bundles.archive(bundles.files("9.0.0")))
    kiosk.run("moodlift", "model", "trust", "/srv/key.pem")
    owner = json.loads(kiosk.run("cat", "/var/lib/moodlift/owner.json"))
    head = {"Authorization": f"Bearer {owner['token']}", "Content-Type": "application/octet-stream"}
    address = "http://127.0.0.1:8080/api/v1/models"
    request = f"u.Request({address!r}, open('/srv/model.moodlift', 'rb').read(), {head})"
    ask = f"import urllib.request as u; print(u.urlopen({request}).read().decode())"
    told = json.loads(kiosk.run("python3", "-c", ask))
    states = {one["version"]: one["state"] for one in told["models"]}
    assert states["9.0.0"] == "on trial"
    kiosk.until(lambda: serving(kiosk) == "9.0.0", 30)
    kiosk.run("moodlift", "model", "rollback")
    kiosk.until(lambda: serving(kiosk) == told["previous"], 30)
    for name in ("key.pem", "model.moodlift"):
        (place / name).unlink()


def test_killed_or_frozen_it_starts_again_within_20_seconds(kiosk: Machine) -> None:
    def comes_back_after(signal: str) -> None:
        process = pid(kiosk)
        kiosk.run("kill", f"-{signal}", str(process))
        kiosk.until(lambda: pid(kiosk) not in (0, process), 20)
        kiosk.until(lambda: running(kiosk), 20)
        assert "Moodlift" in page(kiosk)

    comes_back_after("KILL")
    comes_back_after("STOP")
    assert "Watchdog timeout" in kiosk.run("journalctl", "--unit=moodlift", "--no-pager")


def test_one_that_hangs_can_be_restarted_by_hand(kiosk: Machine) -> None:
    kiosk.run("kill", "-STOP", str(pid(kiosk)))
    kiosk.run("systemctl", "restart", "moodlift")
    assert running(kiosk)
    assert kiosk.show("moodlift-help", "ActiveState") == "inactive"


def test_begun_again_by_its_owner_it_is_the_same_process(kiosk: Machine) -> None:
    process, before = pid(kiosk), starts(kiosk)
    token = kiosk.run("moodlift", "pair", "--token")
    page(kiosk, "api/v1/commands", '{"restart": true}', token)
    kiosk.until(lambda: starts(kiosk) > before, 20)
    assert running(kiosk)
    assert pid(kiosk) == process
    kiosk.until(lambda: "Moodlift" in page(kiosk, check=False), 20)


def test_after_a_restart_of_the_machine_it_has_the_screen(kiosk: Machine) -> None:
    kiosk.screen()
    kiosk.power_off()
    kiosk.start()
    kiosk.until(lambda: running(kiosk), 20)
    assert kiosk.run("systemctl", "is-active", "getty@tty1", check=False) == "inactive"
    assert "login:" not in kiosk.screen()


def test_the_button_s_command_switches_the_machine_off(kiosk: Machine) -> None:
    kiosk.run("runuser", "-u", "moodlift", "--", "systemctl", "poweroff", check=False)
    kiosk.until(lambda: not kiosk.on, 20)
    kiosk.start()
    kiosk.until(lambda: running(kiosk), 20)


def test_it_runs_on_a_file_system_that_cannot_be_written(kiosk: Machine) -> None:
    kiosk.power_off()
    kiosk.start("--read-only")
    kiosk.until(lambda: running(kiosk), 20)
    assert "Moodlift" in page(kiosk)
    assert "Read-only" in kiosk.run("touch", "/var/lib/moodlift/new", check=False)
    kiosk.power_off()
    kiosk.start()
    kiosk.until(lambda: running(kiosk), 20)


def test_stopped_it_gives_the_console_back(kiosk: Machine) -> None:
    kiosk.screen()
    kiosk.run("systemctl", "restart", "moodlift")
    assert "login:" not in kiosk.screen()
    kiosk.run("systemctl", "stop", "moodlift")
    kiosk.until(lambda: kiosk.show("getty@tty1", "ActiveState") == "active", 5)
    kiosk.shows("login:")
    kiosk.run("systemctl", "start", "moodlift")
    assert kiosk.show("getty@tty1", "ActiveState") == "inactive"


def test_an_upgrade_can_be_taken_back(kiosk: Machine) -> None:
    first = release(kiosk)
    script = source(kiosk, "second", "9.0.1")
    kiosk.run(script, *OFFLINE)
    second = release(kiosk)
    assert second.startswith("9.0.1-")
    assert release(kiosk, "previous") == first
    assert "9.0.1" in page(kiosk, "api/v1/status")
    kiosk.run("moodlift", "rollback")
    assert (release(kiosk), release(kiosk, "previous")) == (first, second)
    assert __version__ in page(kiosk, "api/v1/status")


def test_an_upgrade_that_does_not_start_is_taken_back_by_itself(kiosk: Machine) -> None:
    first, releases = release(kiosk), kiosk.run("ls", "/opt/moodlift/releases")
    program = (ROOT / "device" / "kiosk" / "kiosk.py").read_text("utf-8")
    assert program.count("self._draw(now)\n") == 1
    broken = program.replace("self._draw(now)\n", "raise SystemExit(3)\n")
    script = source(kiosk, "broken", replaced={"kiosk/kiosk.py": broken})
    told = kiosk.run(script, *OFFLINE, check=False)
    assert f"{first} runs again" in told.splitlines()[-1]
    assert release(kiosk) == first
    assert kiosk.run("ls", "/opt/moodlift/releases") == releases
    assert running(kiosk)


def test_interrupted_it_goes_on_when_run_again(kiosk: Machine) -> None:
    script = source(kiosk, "third", "9.0.3")
    for seconds in ("0.3", "0.8", "1.5", "3"):
        kiosk.run("timeout", "--signal=KILL", seconds, script, *OFFLINE, check=False)
    kiosk.run(script, *OFFLINE)
    assert release(kiosk).startswith("9.0.3-")
    assert len(kiosk.run("ls", "/opt/moodlift/releases").splitlines()) == 2
    assert "9.0.3" in page(kiosk, "api/v1/status")


def test_the_status_page_alone_leaves_the_console_be(kiosk: Machine) -> None:
    kiosk.screen()
    kiosk.run("/root/third/install.sh", *OFFLINE, "--no-kiosk")
    kiosk.run("systemctl", "start", "getty@tty1")
    kiosk.shows("login:")
    assert running(kiosk)
    kiosk.run("/root/third/install.sh", *OFFLINE)
    assert kiosk.show("getty@tty1", "ActiveState") == "inactive"


def test_a_desktop_makes_room_until_the_kiosk_is_removed(kiosk: Machine) -> None:
    desktop = kiosk.root / "etc/systemd/system/display-manager.service"
    desktop.write_text("[Service]\nExecStart=sleep infinity\n", "utf-8")
    try:
        kiosk.run("systemctl", "daemon-reload")
        kiosk.run("systemctl", "start", "display-manager")
        assert not running(kiosk)
        assert kiosk.run("systemctl", "get-default") == "graphical.target"
        kiosk.run("/root/first/install.sh", *OFFLINE)
        assert running(kiosk)
        assert kiosk.show("display-manager", "ActiveState") == "inactive"
        assert kiosk.run("systemctl", "get-default") == "multi-user.target"
    finally:
        desktop.unlink()


def test_a_kiosk_that_cannot_start_gives_up_with_words_on_the_screen(kiosk: Machine) -> None:
    kiosk.screen()
    program = f"{CURRENT}/device/kiosk/kiosk.py"
    kiosk.run("mv", program, f"{program}.away")
    kiosk.run("systemctl", "restart", "moodlift", check=False)
    kiosk.until(lambda: kiosk.show("moodlift", "ActiveState") == "failed", 40)
    kiosk.until(lambda: kiosk.show("moodlift-help", "ActiveState") == "active", 5)
    kiosk.shows("Moodlift needs help")
    kiosk.shows("No module named 'device.kiosk.kiosk'")
    kiosk.run("mv", f"{program}.away", program)
    kiosk.run("systemctl", "reset-failed", "moodlift")
    kiosk.run("systemctl", "restart", "moodlift")
    assert running(kiosk)
    assert kiosk.show("moodlift-help", "ActiveState") == "inactive"


def test_removed_it_leaves_what_is_the_owner_s_and_purged_nothing(
    kiosk: Machine, untouched: tuple[Files, str, str]
) -> None:
    before, units_before, packages_before = untouched
    kiosk.run("/root/first/install.sh", "--uninstall")
    assert units(kiosk) == units_before
    assert kiosk.run("systemctl", "get-default") == "graphical.target"
    assert (kiosk.root / "etc/moodlift/config.toml").is_file()
    assert (kiosk.root / "var/lib/moodlift").is_dir()
    kiosk.until(lambda: kiosk.show("getty@tty1", "ActiveState") == "active", 5)
    kiosk.run("/root/first/install.sh", "--uninstall", "--purge")
    assert changed(before, files(kiosk)) == set()
    assert packages(kiosk) == packages_before
    assert "nothing to do" in kiosk.run("/root/first/install.sh", "--uninstall", "--purge")


def test_an_image_is_laid_out_without_starting_anything(bare: Machine) -> None:
    image = bare.root / "root" / "image"
    (image / "etc").mkdir(parents=True)
    script = source(bare, "imaged")
    told = bare.run(script, *OFFLINE, "--prefix", "/root/image")
    assert "the image needs these Debian packages" in told
    assert (image / "opt/moodlift/current/systemd/moodlift").is_file()
    wanted = image / "etc/systemd/system/multi-user.target.wants/moodlift.service"
    assert (image / wanted.readlink().relative_to("/")).is_file()
    assert "moodlift" in (image / "etc/passwd").read_text("utf-8")
    assert not (bare.root / "opt/moodlift").exists()
