"""Channels to people; every module here that defines ``CHANNEL`` is one."""
