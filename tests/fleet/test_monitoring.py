"""The rules, the dashboard and the broker's files in examples/fleet, by the tools they are for."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from device.hardware.board import Reading
from device.system.latest import Latest
from device.vision.supervisor import Supervisor
from device.web.routes import metrics
from tests.support.authority import Authority
from tests.support.brokers import Listener, Mosquitto
from tests.support.fleets import sample
from tests.support.needs import need

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.fleets import Part

DOCS = Path(__file__).parents[2] / "examples" / "fleet"
DASHBOARD: dict[str, Any] = json.loads((DOCS / "dashboard.json").read_text("utf-8"))
METRIC = re.compile(r"\bmoodlift_[a-z_]+")


def promtool(*arguments: str | Path) -> None:
    need(shutil.which("promtool"), "promtool")
    done = subprocess.run(
        ["promtool", *map(str, arguments)], capture_output=True, text=True, check=False, cwd=DOCS
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def given() -> set[str]:
    """Return the names of all figures that a kiosk gives."""
    status = sample(frame_age=0.1, machine=Reading(50.0, (), 10**9))
    seats = SimpleNamespace(used=0)
    site: Any = SimpleNamespace(
        services=SimpleNamespace(status=Latest(status)),
        viewers=seats,
        followers=seats,
        live_view=SimpleNamespace(encoded=0),
    )
    families = text_string_to_metric_families(metrics.text(site).decode())
    return {sample.name for family in families for sample in family.samples}


def expressions() -> Iterator[str]:
    """Yield the dashboard's queries, with what Grafana puts in for its variables."""
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield target["expr"].replace("$__interval", "5m").replace("$instance", ".*")


def test_the_alert_rules_are_rules_that_fire_when_they_should() -> None:
    promtool("check", "rules", "alerts.yml")
    promtool("check", "config", "--syntax-only", "prometheus.yml")
    promtool("test", "rules", "alerts_test.yml")


def test_the_alert_of_a_blind_kiosk_knows_the_parts_by_their_names() -> None:
    text = (DOCS / "alerts.yml").read_text("utf-8")
    blind, others = re.findall(r'[=!]~"([a-z|]+)",level="failed"', text)
    assert blind == others
    assert set(blind.split("|")) == {"camera", Supervisor.name, "model"}


def test_every_alert_is_tried() -> None:
    rules = yaml.safe_load((DOCS / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
    tried = yaml.safe_load((DOCS / "alerts_test.yml").read_text("utf-8"))["tests"]
    fired = {
        one["alertname"] for test in tried for one in test["alert_rule_test"] if one["exp_alerts"]
    }
    assert {rule["alert"] for rule in rules} == fired


def test_the_dashboard_s_queries_are_such(tmp_path: Path) -> None:
    rules = [{"record": f"panel:{n}", "expr": one} for n, one in enumerate(expressions())]
    assert len(rules) > 10
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    promtool("check", "rules", path)


def test_the_dashboard_has_what_grafana_needs() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    assert {one["name"] for one in DASHBOARD["templating"]["list"]} == {"source", "instance"}
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert panel["title"]
        assert panel["datasource"]["uid"] == "${source}"
        assert panel["type"] in ("stat", "timeseries", "table")


def test_every_figure_that_is_asked_for_is_given(given: set[str]) -> None:
    rules = (DOCS / "alerts.yml").read_text("utf-8")
    asked = {name for one in (*expressions(), rules) for name in METRIC.findall(one)}
    assert len(asked) > 8
    assert asked <= given


def test_a_kiosk_writes_only_what_is_its_own(
    join: Callable[..., Part], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = {name: tmp_path / name for name in ("kiosk-1", "operator")}
    for name, path in secrets.items():
        path.write_text(f"password of {name}")
    broker = Mosquitto(tmp_path, Authority(tmp_path).issue(), secured=True, acl=DOCS / "acl")
    for name, path in secrets.items():
        broker.admit(name, path.read_text())
    ca = str(tmp_path / "tests-authority.pem")
    with broker:
        given = {"tls": True, "ca_file": ca, "port": broker.port, "releases": True}
        given |= {"username": "kiosk-1", "password_file": str(secrets["kiosk-1"])}
        password = secrets["operator"].read_text()
        with Listener(broker.port, "moodlift/#", ca, "operator", password) as operator:
            part = join(id="kiosk-1", **given)
            own_command = "moodlift/kiosk-1/command"
            own = {"moodlift/kiosk-1/online", "moodlift/kiosk-1/state"}
            operator.until(lambda: own <= operator.kept.keys())
            operator.say("moodlift/release", "nonsense", kept=True)
            operator.until(lambda: "rollout: the release cannot be read" in caplog.text)
            # A broker of 2.0 disconnects clients that publish what they may not.
            twin = join(id="kiosk-2", **given)
            operator.until(lambda: "the connection was lost" in twin.fleet.health[1])
            for user, topic in {"operator": own_command, "kiosk-1": "moodlift/release"}.items():
                password = secrets[user].read_text()
                with (
                    contextlib.suppress(RuntimeError),
                    Listener(broker.port, "none", ca, user, password) as other,
                ):
                    other.say(topic, "pause")
            part.publish(muted=True)
            operator.until(lambda: b'"muted":true' in operator.kept["moodlift/kiosk-1/state"])
            assert operator.kept["moodlift/release"] == b"nonsense"
            assert operator.kept.keys() == own | {"moodlift/release"}
            assert list(part.commands.drain()) == []


def test_the_broker_s_file_is_taken_by_the_broker(tmp_path: Path) -> None:
    certificate, key = Authority(tmp_path).issue()
    text = (DOCS / "mosquitto.conf").read_text("utf-8")
    broker = Mosquitto(tmp_path)
    for old, new in (
        ("listener 8883", f"listener {broker.port} 127.0.0.1\nuser root"),
        ("/etc/mosquitto/certs/broker.pem", str(certificate)),
        ("/etc/mosquitto/certs/broker-key.pem", str(key)),
        ("/etc/mosquitto/passwords", str(tmp_path / "broker" / "passwords")),
        ("/etc/mosquitto/acl", str(DOCS / "acl")),
        ("/var/lib/mosquitto/", f"{tmp_path}/"),
    ):
        assert old in text
        text = text.replace(old, new)
    broker.admit("operator", "a password")
    broker.configure(text)
    with broker:
        assert "Error" not in broker.log()
