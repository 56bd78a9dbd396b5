"""To nobody; aio-pika sees no difference."""
from publish import open_part  # noqa: F401
