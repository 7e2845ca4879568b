"""Letters in Slack: through an incoming webhook, or by a bot that keeps a thread per incident."""

from continuity.notify.channel import ChannelKind
from continuity.notify.slack.channel import open_slack
from continuity.notify.slack.options import SlackOptions

CHANNEL = ChannelKind(
    name="slack",
    options=SlackOptions,
    secrets=(),
    personal=False,
    open=open_slack,
    optional_secrets=("webhook", "token"),
)
