"""Take over what another program already backs up; every module that defines ``TOOL`` is one."""
