"""Backup engines; every module here that defines ``ENGINE`` is one."""
