"""A repository that is to be read without its program is named, or the names are told."""

from pathlib import Path

import pytest

from continuity.config.witnessing import witness_of_workspace
from continuity.domain.failure import ConfigurationError
from tests.support.story import FIRM
from tests.support.workspaces import write_files

REPOSITORIES = FIRM["config/repositories.yaml"] + (
    "vault:\n  engine: restic\n  location: /backups/vault\n  site: office\n"
    "  password: {env: SECRET}\n"
    "safe:\n  engine: restic\n  location: /backups/safe\n  site: cellar\n"
    "  password: {env: SECRET}\n"
)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (None, "It has to be said which repository is meant."),
        ("nope", "There is no repository named nope."),
        ("disk", "The repository disk cannot be read without its own program."),
    ],
)
def test_what_is_wrong_with_the_name_of_a_repository_is_said_with_the_names_that_do(
    tmp_path: Path, name: str | None, said: str
) -> None:
    write_files(tmp_path, {**FIRM, "config/repositories.yaml": REPOSITORIES})

    with (
        pytest.raises(ConfigurationError) as refused,
        witness_of_workspace(tmp_path, name, {"SECRET": "x"}),
    ):
        pass

    assert str(refused.value.what) == said
    assert "safe, vault" in str(refused.value.remedy)
