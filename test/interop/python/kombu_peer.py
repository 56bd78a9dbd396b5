"""A peer written with kombu: kombu_peer.py URL ROLE QUEUE [BODY]. Prints one JSON document."""
import sys

from amqp.exceptions import NotFound
from kombu import Connection, Consumer, Exchange, Producer, Queue, uuid

from peer import HEADERS, PROPERTIES, run, upper

LIMIT_S = 20


def shown(message):
    return {
        'body': bytes(message.body).decode() if isinstance(message.body, (bytes, memoryview)) else message.body,
        'redelivered': message.delivery_info['redelivered'],
        'headers': message.headers,
        'content_type': message.content_type,
        'content_encoding': message.content_encoding,
        **{name: message.properties[name] for name in PROPERTIES if name in message.properties},
    }


def existing(channel, queue):
    """The queue as it is: kombu shall not declare it."""
    return Queue(queue, Exchange(''), queue, channel=channel, no_declare=True)


def publish(channel, queue, body):
    Producer(channel).publish(
        body, routing_key=queue, exchange='', headers=HEADERS, mandatory=True, serializer=None, **PROPERTIES
    )
    return 'confirmed'


def unroutable(channel, queue, body):
    returned = []
    producer = Producer(channel, on_return=lambda *what: returned.append(what))
    producer.publish(body, routing_key=queue, exchange='', mandatory=True)
    return 'returned' if returned else 'routed'


def get(channel, queue, _body):
    message = existing(channel, queue).get(accept=None)
    message.ack()
    return shown(message)


def consume(channel, queue, count):
    taken = []

    def take(message):
        taken.append(shown(message))
        message.ack()

    channel.basic_qos(0, 1, False)
    with Consumer(channel, [existing(channel, queue)], on_message=take, auto_declare=False):
        while len(taken) < int(count):
            channel.connection.client.drain_events(timeout=LIMIT_S)
    return taken


def serve(channel, queue, count):
    served = []

    def answer(message):
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
        correlation = message.properties['correlation_id']
        Producer(channel).publish(
            upper(body).decode(), routing_key=message.properties['reply_to'], exchange='', correlation_id=correlation
        )
        message.ack()
        served.append(message)

    with Consumer(channel, [existing(channel, queue)], on_message=answer, auto_declare=False):
        while len(served) < int(count):
            channel.connection.client.drain_events(timeout=LIMIT_S)
    return 'served'


def call(channel, queue, body):
    answers = []
    replies = Queue(uuid(), exclusive=True, auto_delete=True, channel=channel)
    replies.declare()
    with Consumer(channel, [replies], on_message=answers.append, no_ack=True):
        Producer(channel).publish(
            body, routing_key=queue, exchange='', reply_to=replies.name, correlation_id='call'
        )
        while not answers:
            channel.connection.client.drain_events(timeout=LIMIT_S)
    return {'body': shown(answers[0])['body'], 'correlation_id': answers[0].properties['correlation_id']}


def missing(channel, queue, _body):
    try:
        channel.queue_declare(queue, passive=True)
    except NotFound as error:
        return error.reply_code
    return 'there'


def main(url, role, queue, body):
    with Connection(url, transport_options={'confirm_publish': True}) as connection:
        return globals()[role](connection.channel(), queue, body)


run(main, sys.argv)
