"""Kinds of sources; every module here that defines ``SOURCE`` is one."""
