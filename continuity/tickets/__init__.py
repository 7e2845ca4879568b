"""Ticket systems; every module here that defines ``TICKETS`` is one."""
