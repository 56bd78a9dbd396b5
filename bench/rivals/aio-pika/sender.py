"""Commands that are published by aio-pika."""
from aio_pika import DeliveryMode, Message
from background import in_background
from common.names import ROUTING_KEY


async def sender(line):
    """Publishes persistent commands to where the bench wants them."""
    exchange = await line.exchange()

    def send(body, done):
        message = Message(body, content_type='application/json', delivery_mode=DeliveryMode.PERSISTENT)
        in_background(exchange.publish(message, ROUTING_KEY, mandatory=False), done)

    return send
