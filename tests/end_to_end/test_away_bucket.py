"""Files of another machine, written from there straight into object storage."""

from pathlib import Path

import pytest

from tests.support.away import there
from tests.support.storages import S3_CREDENTIALS, s3_server

pytestmark = pytest.mark.tool("restic")

REPOSITORIES = """\
vault:
  engine: restic
  location: s3:{url}/vault/erp
  password: {{env: VAULT_PASSWORD}}
  credentials:
    AWS_ACCESS_KEY_ID: {{env: AWS_ACCESS_KEY_ID}}
    AWS_SECRET_ACCESS_KEY: {{env: AWS_SECRET_ACCESS_KEY}}
disk: {{engine: rsync, location: {disk}}}
"""


def test_an_address_that_serves_both_machines_is_written_once(tmp_path: Path) -> None:
    (tmp_path / "buckets/vault").mkdir(parents=True)
    with there(tmp_path / "world") as away, s3_server(tmp_path / "buckets") as server:
        world = away.world
        kept = REPOSITORIES.format(url=server.url, disk=world.disk)
        world.write({"config/repositories.yaml": kept})
        saved = world.backup("erp", env=S3_CREDENTIALS, timeout=120)
        away.server.stop()
        drilled = world.run("drill", "--json", "--full", "erp", env=S3_CREDENTIALS, timeout=120)

    assert saved.result["verdict"] == "PASS", saved
    assert (drilled.result["verdict"], drilled.result["level"]) == ("PASS", "L4"), drilled
