"""What stands in an offline copy: all that helps, nothing that opens anything, no network."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from continuity.domain.failure import ConfigurationError
from continuity.offline.bundle import Bundle, make_bundle
from tests.support.firm import PASSWORD, Firm, Wishes, a_firm, at_work
from tests.support.kits import grounds_of
from tests.support.pdf_text import texts_of
from tests.support.sshd import make_key
from tests.support.workspaces import write_files

PLANTED = {
    "secrets/s3-key": "planted-bucket-key-1",
    "secrets/smtp": "planted-mail-word-2",
    "secrets/jira": "planted-ticket-word-3",
    "secrets/database": "planted-database-word-4",
    "secrets/step": "planted-step-word-5",
}
IN_ENVIRONMENT = {"VAULT_WORD": "planted-environment-word-6"}
IN_A_PROGRAM = "planted-program-word-7"
HOSTILE = "</pre><script>alert(1)</script><img src=http://evil.example/x> $(touch /owned)"

RUNBOOK = """---
format: continuity-runbook/1
id: bring-back
title: Bring billing back
lang: en
owner: ana
scope: {systems: [billing]}
roles:
  lead: {primary: ana, deputies: [luis]}
decisions:
  - id: where
    question: Beside it or over it?
    decides: [lead]
    options:
      - {id: beside, effect: A second machine, reversible: true}
      - {id: over, effect: The same machine, reversible: false, cost: everything since}
---
Written **once**, read with `care`.

## Look {#look}
~~~step
id: look
type: manual
owner: lead
risk: read
offline: %s
~~~
1. From two desks.
2. Note the message.

## Run it {#run-it}
~~~step
id: run-it
type: command
owner: lead
risk: read
argv: ["true"]
env: {STEP_SECRET: {file: secrets/step}}
~~~
"""


def full_of_secrets(root: Path) -> Firm:
    """A firm that has something to hide in every place where a secret can be."""
    firm = a_firm(root, Wishes(engines={"erp": "restic"}, system={"runbook": "bring-back"}))
    make_key(root / "id_nas")
    repositories = json.loads((firm.workspace / "config/repositories.yaml").read_text())
    key = {"file": "secrets/s3-key"}
    extra = {"engine": "restic", "site": "away"}
    repositories["cloud"] = {
        **extra,
        "location": "s3:http://127.0.0.1:9/bucket/cloud",
        "password": {"env": "VAULT_WORD"},
        "credentials": {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": key},
    }
    repositories["nas"] = {
        **extra,
        "location": "sftp:nas:/copies",
        "host": "nas",
        "password": {"command": ["echo", IN_A_PROGRAM]},
    }
    write_files(
        firm.workspace,
        {
            **PLANTED,
            "config/repositories.yaml": json.dumps(repositories),
            "config/hosts.yaml": f"nas: {{kind: ssh, address: nas, key: {root}/id_nas}}\n",
            "config/people.yaml": json.dumps(
                {
                    "ana": {"name": "Ana", "phone": "+34 600 111 222", "email": "ana@acme.example"},
                    "luis": {"name": HOSTILE, "phone": "+34 600 333 444"},
                }
            ),
            "config/channels.yaml": json.dumps(
                {
                    "mail": {
                        "kind": "email",
                        "secrets": {"password": {"file": "secrets/smtp"}},
                        "options": {"sender": "c@acme.example", "host": "127.0.0.1", "user": "c"},
                    },
                }
            ),
            "runbooks/bring-back.md": RUNBOOK % json.dumps(HOSTILE),
            "jobs/cloud.yaml": json.dumps(
                {
                    "name": "cloud",
                    "title": HOSTILE,
                    "system": "billing",
                    "repository": "cloud",
                    "source": {
                        "kind": "postgresql",
                        "database": "shop",
                        "user": "backup",
                        "password": {"file": "secrets/database"},
                    },
                }
            ),
        },
    )
    for name in PLANTED:
        (firm.workspace / name).chmod(0o600)
    return firm


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Firm:
    found = full_of_secrets(tmp_path_factory.mktemp("secrets"))
    (found.source() / "a").write_text("a")
    return found


@pytest.fixture(scope="module")
def bundle(firm: Firm) -> Bundle:
    with at_work(firm) as office:
        office.back_up()
        grounds = grounds_of(office)
        means = replace(grounds.means, environ={**grounds.means.environ, **IN_ENVIRONMENT})
        return make_bundle(replace(grounds, means=means))


def test_no_secret_is_in_any_file_nor_in_the_text_of_the_pdf(firm: Firm, bundle: Bundle) -> None:
    key = (firm.root / "id_nas").read_text().splitlines()[1:-1]
    secrets = [*PLANTED.values(), *IN_ENVIRONMENT.values(), IN_A_PROGRAM, PASSWORD, *key]
    printed = texts_of(bundle.files["continuity.pdf"])

    assert any("Whereeachsecretiskept" in text for text in printed)
    for secret in secrets:
        for name, content in bundle.files.items():
            assert secret.encode() not in content, (secret, name)
        assert not any(secret in text for text in printed), secret


def test_where_each_secret_is_kept_is_told(bundle: Bundle) -> None:
    page = bundle.files["index.html"].decode()

    for name in ("secrets/s3-key", "secrets/smtp", "secrets/database", "id_nas", "VAULT_WORD"):
        assert name in page
    assert "what the program echo prints" in page


def test_a_secret_that_somebody_wrote_into_a_runbook_stops_the_copy(tmp_path: Path) -> None:
    firm = full_of_secrets(tmp_path)
    book = firm.workspace / "runbooks/bring-back.md"
    book.write_text(book.read_text() + f"\nThe password is {PLANTED['secrets/smtp']}.\n")

    with at_work(firm) as office, pytest.raises(ConfigurationError) as raised:
        make_bundle(grounds_of(office))

    assert "secrets/smtp" in str(raised.value.what)
    assert PLANTED["secrets/smtp"] not in str(raised.value.what)


class Outside(HTMLParser):
    """Collects whatever makes a reader fetch or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.names: set[str] = set()
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "img", "link", "iframe", "object", "embed", "form", "base"}:
            self.found.append(tag)
        for name, value in attrs:
            if name == "id":
                self.names.add(value or "")
            if name == "href" and (value or "").startswith("#"):
                self.inside.append((value or "")[1:])
            elif name == "style" and re.fullmatch(r"width:[0-9.]+%", value or ""):
                continue
            elif name in {"href", "src", "srcset", "action", "style"} or name.startswith("on"):
                self.found.append(f"{name}={value}")


def test_the_page_fetches_nothing_runs_nothing_and_its_links_stay_inside(bundle: Bundle) -> None:
    page = bundle.files["index.html"].decode()
    reader = Outside()
    reader.feed(page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)

    assert reader.found == []
    assert len(reader.inside) > 5
    assert set(reader.inside) <= reader.names
    assert "url(" not in style
    assert "@import" not in style


def test_phones_the_runbook_its_decision_and_lines_to_write_on_are_there(bundle: Bundle) -> None:
    page = bundle.files["index.html"].decode()

    for words in ("+34 600 111 222", "Bring billing back", "<b>once</b>", "<code>care</code>"):
        assert words in page
    assert 'class="card" id="card-bring-back-where"' in page
    assert "CANNOT be taken back" in page
    assert 'class="blank"' in page


def test_nothing_that_people_named_is_run_by_a_script(bundle: Bundle) -> None:
    for name, content in bundle.files.items():
        for line in content.decode("utf-8", "replace").splitlines() if "kit/" in name else ():
            assert "touch /owned" not in line or not name.endswith(".sh") or line[0] == "#"


def test_what_people_wrote_is_there_to_set_continuity_up_again(
    firm: Firm, bundle: Bundle, tmp_path: Path
) -> None:
    archive = tmp_path / "workspace.tar"
    archive.write_bytes(bundle.files["workspace.tar"])
    subprocess.run(["tar", "-xf", archive, "-C", tmp_path], check=True, timeout=20)

    for folder in ("config", "jobs", "runbooks"):
        names = sorted(path.name for path in (firm.workspace / folder).iterdir())
        # A secret stands in that one, as the argument of a program.
        names = [name for name in names if name != "repositories.yaml"]
        assert sorted(path.name for path in (tmp_path / folder).iterdir()) == names
    assert ["config/repositories.yaml" in str(one) for one in bundle.without] == [True]


def test_what_leads_through_steps_comes_before_what_explains(tmp_path: Path) -> None:
    firm = a_firm(tmp_path)
    leads = (RUNBOOK % "By hand.").replace("id: bring-back", "id: lead").replace("[billing]", "[]")
    leads = leads.replace("env: {STEP_SECRET: {file: secrets/step}}\n", "")
    head, _, _ = leads.partition("roles:")
    people = json.dumps({"ana": {"name": "Ana"}, "luis": {"name": "Luis"}})
    written = {
        "config/people.yaml": people,
        "runbooks/lead.md": leads.replace("Bring billing back", "Zeal"),
        "runbooks/explain.md": head.replace("id: lead", "id: explain").replace(
            "Bring billing back", "Always first by title"
        )
        + "---\nIt explains.\n",
    }
    write_files(firm.workspace, written)

    with at_work(firm) as office:
        page = make_bundle(grounds_of(office)).files["index.html"].decode()

    assert 0 < page.index("#runbook-lead") < page.index("#runbook-explain")


def test_the_bundle_names_the_runbooks_it_holds_by_their_hashes(bundle: Bundle) -> None:
    facts = json.loads(bundle.files["bundle.json"])

    assert facts["runbooks"] == dict(bundle.runbooks)
    assert facts["edition"] == bundle.edition
    assert list(facts["runbooks"]) == ["bring-back"]
