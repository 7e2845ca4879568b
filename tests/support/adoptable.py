"""Configurations of other backup programs, as their users write them."""

from __future__ import annotations

from pathlib import Path

from continuity.config.adopt.found import Found
from continuity.config.adopt.registry import found_in_file

RESTICPROFILE = """\
version: "1"
global:
  priority: low
default:
  repository: "s3:s3.example.com/copies"
  password-file: key
  env:
    aws_access_key_id: AKIA
    AWS_SECRET_ACCESS_KEY: hush
    tmp: /tmp
  limit-upload: 1024
erp:
  inherit: default
  backup:
    source:
      - /srv/erp
      - shared/erp
    exclude: ["*.tmp"]
    exclude-file: [rules]
    one-file-system: true
    schedule: "*-*-* 02:30"
    run-before: "systemctl stop erp"
  retention:
    keep-daily: 14
    keep-hourly: 24
    keep-tag: [forever]
stream:
  inherit: default
  backup: {stdin: true}
"""

AUTORESTIC = """\
version: 2
extras:
  policies: &kept
    keep-daily: 7
locations:
  home:
    from: [/home/ana, /srv/$USER]
    to: [disk, cloud]
    cron: "0 3 * * 1-5"
    hooks: {before: [echo]}
    options:
      backup: {exclude: ["*.iso"]}
      forget: {<<: *kept, keep-within: 14d}
  containers:
    from: db
    type: volume
    to: disk
backends:
  disk: {type: local, path: /mnt/disk, key: "in the file"}
  cloud:
    type: rest
    path: https://backup.example/home
    rest: {user: ana, password: hush}
  open: {type: rest, path: "https://ana:hush@backup.example/x", key: k}
"""

NPBACKUP = """\
conf_version: 3.0.1
repos:
  default:
    repo_uri: /srv/np
    repo_group: all
    backup_opts:
      paths: [/home/app]
      source_type: folder_list
      post_exec_commands: ["echo done"]
    repo_opts:
      repo_password: __NPBACKUP__abc__NPBACKUP__
  hidden:
    repo_uri: __NPBACKUP__abc__NPBACKUP__
    repo_group: all
groups:
  all:
    backup_opts: {one_file_system: true, exclude_files: [generic]}
    repo_opts:
      retention_policy: {last: 3, daily: 7, keep_within: true}
    env: {encrypted_env_variables: {KEY: __NPBACKUP__x__NPBACKUP__}}
"""


def found(tmp_path: Path, text: str, name: str = "theirs.yaml") -> Found:
    """Read somebody's configuration, which stays as it is."""
    path = tmp_path / "theirs" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    read = found_in_file(path)
    assert path.read_text(encoding="utf-8") == text
    assert sorted(one.name for one in path.parent.iterdir()) == [name]
    return read
