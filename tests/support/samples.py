"""The plainest sample that can be asked for, to be changed where a test is about more."""

from continuity.domain.sampling import SampleRequest

PLAIN = SampleRequest(
    seed="seed",
    random=5,
    due=0,
    always=(),
    canaries=(),
    largest=0,
    newest=0,
    max_files=None,
    max_bytes=None,
)
