"""What is asked on a terminal before something goes for good."""

from datetime import timedelta

from continuity.domain.evidence import Draft, RecordKind
from tests.support.firm import Firm
from tests.support.story import Story
from tests.support.terminal import run_on_terminal

NAME = "zoe-martinez"


def is_named(story: Story) -> bool:
    return any(NAME.encode() in path.read_bytes() for path in story.database.parent.glob("record*"))


def test_nobody_is_erased_unless_the_name_was_typed_again(story: Story) -> None:
    story.record(timedelta(0), Draft(kind=RecordKind.SKIP_DECIDED, personal={"by": NAME}))
    root = story.root
    firm = Firm(root=root, workspace=root, state=root / "state", sandbox=root / "s", jobs=())

    unasked = story.run("audit", "erase", NAME)
    mistyped = run_on_terminal(firm, "audit", "erase", NAME, typed="zoe\n")
    kept = is_named(story)
    typed = run_on_terminal(firm, "audit", "erase", NAME, typed=f"{NAME}\n")

    assert (unasked.code, mistyped.code, kept) == (2, 2, True)
    assert "Nothing was erased" in mistyped.out
    assert (typed.code, is_named(story)) == (0, False)


def test_no_key_is_changed_unless_somebody_says_so(story: Story) -> None:
    root = story.root
    firm = Firm(root=root, workspace=root, state=root / "state", sandbox=root / "s", jobs=())
    key = root / "state" / "keys" / "checkpoint.key"
    story.run("audit", "checkpoint")
    before = key.read_bytes()

    unasked = story.run("audit", "rotate-key")
    refused = run_on_terminal(firm, "audit", "rotate-key", typed="n\n")
    kept = key.read_bytes() == before
    agreed = run_on_terminal(firm, "audit", "rotate-key", typed="y\n")

    assert (unasked.code, refused.code, kept) == (2, 130, True)
    assert (agreed.code, key.read_bytes() == before) == (0, False)
    assert "Keep these three" in agreed.out
