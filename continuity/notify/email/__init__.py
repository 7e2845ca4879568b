"""Letters as mail to a person's own address."""

from continuity.notify.channel import ChannelKind
from continuity.notify.email.channel import open_email, open_post
from continuity.notify.email.options import EmailOptions

CHANNEL = ChannelKind(
    name="email",
    options=EmailOptions,
    secrets=(),
    personal=True,
    open=open_email,
    optional_secrets=("password",),
    post=open_post,
)
