"""On which machine a repository stands, so that what burns with it is known."""

from pathlib import Path

import pytest

from continuity.config.loading import load
from continuity.config.plans import plans_from_workspace
from continuity.domain.portfolio import JobPlan
from continuity.domain.surviving import take_away
from tests.support.workspaces import SMALL, small_workspace

HOSTS = """\
local: {kind: local, site: office}
cellar: {kind: local, site: office}
nas: {kind: ssh, address: NAS.example, site: partner}
v6: {kind: ssh, address: 'fd00::7'}
tunnel: {kind: ssh, address: 127.0.0.1, port: 2222}
"""


def plan(root: Path, location: str, *, host: str = "local", more: str = "") -> JobPlan:
    """Give the plan of a job whose copies are at a location."""
    kept = f"disk: {{engine: restic, location: '{location}', password: {{env: P}}{more}}}\n"
    job = SMALL["jobs/erp.yaml"].replace("source:\n", f"source:\n  host: {host}\n")
    files = {
        "config/hosts.yaml": HOSTS,
        "config/repositories.yaml": kept,
        "jobs/erp.yaml": job,
    }
    _, (found,) = plans_from_workspace(load(small_workspace(root, files)))
    return found


@pytest.mark.parametrize(
    ("location", "keeper"),
    [
        ("rest:https://nas.example:8000/erp", "nas"),
        ("rest:http://user@nas.EXAMPLE/erp", "nas"),
        ("s3:http://nas.example:9000/bucket/erp", "nas"),
        ("sftp:backup@nas.example:/srv/erp", "nas"),
        ("sftp:nas:srv/erp", "nas"),
        ("sftp://backup@nas.example:2222/srv/erp", "nas"),
        ("rest:http://[fd00::7]:8000/erp", "v6"),
        ("rest:http://localhost:8000/erp", "local"),
        ("s3:http://127.0.0.1:9000/bucket", "local"),
        ("s3:https://s3.example/nas.example", None),
        ("b2:nas:erp", None),
        ("rclone:nas:erp", None),
    ],
)
def test_a_service_at_the_address_of_a_machine_burns_with_it(
    location: str, keeper: str | None, tmp_path: Path
) -> None:
    assert plan(tmp_path, location).keeper == keeper


def test_a_service_without_a_site_stands_where_its_machine_stands(tmp_path: Path) -> None:
    assert plan(tmp_path, "rest:http://nas.example:8000/erp").site == "partner"


def test_the_end_of_a_tunnel_stands_where_people_say(tmp_path: Path) -> None:
    assert plan(tmp_path, "s3:http://127.0.0.1:9000/bucket", more=", site: cloud").keeper is None


def test_every_name_of_this_machine_is_lost_with_its_disks(tmp_path: Path) -> None:
    loss = take_away([plan(tmp_path, "/backups/disk", host="cellar")], "host:local")

    assert loss.copies == {("erp", "disk")}
    assert loss.systems == frozenset({"billing"})
