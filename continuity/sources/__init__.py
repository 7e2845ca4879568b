"""Kinds of sources; every module or package here that defines ``SOURCE`` is one."""
