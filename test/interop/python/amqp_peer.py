"""A peer written with py-amqp: amqp_peer.py URL ROLE QUEUE [BODY]. Prints one JSON document."""
import sys
from urllib.parse import urlparse

import amqp

from peer import HEADERS, PROPERTIES, run, upper

LIMIT_S = 20


def shown(message):
    return {
        'body': message.body,
        'redelivered': message.delivery_info['redelivered'],
        'headers': message.application_headers,
        **{name: getattr(message, name) for name in PROPERTIES},
    }


def publish(channel, queue, body):
    channel.confirm_select()
    message = amqp.Message(body, application_headers=HEADERS, **PROPERTIES)
    channel.basic_publish_confirm(message, '', queue, mandatory=True)
    return 'confirmed'


def unroutable(channel, queue, body):
    returned = []
    channel.events['basic_return'].add(lambda *what: returned.append(what))
    channel.basic_publish_confirm(amqp.Message(body), '', queue, mandatory=True)
    return 'returned' if returned else 'routed'


def get(channel, queue, _body):
    message = channel.basic_get(queue)
    channel.basic_ack(message.delivery_tag)
    return shown(message)


def consume(channel, queue, count):
    taken = []

    def take(message):
        taken.append(shown(message))
        channel.basic_ack(message.delivery_tag)

    channel.basic_qos(0, 1, False)
    tag = channel.basic_consume(queue, callback=take)
    while len(taken) < int(count):
        channel.connection.drain_events(timeout=LIMIT_S)
    channel.basic_cancel(tag)
    return taken


def serve(channel, queue, count):
    served = []

    def answer(message):
        reply = amqp.Message(upper(message.body.encode()), correlation_id=message.correlation_id)
        channel.basic_publish(reply, '', message.reply_to)
        channel.basic_ack(message.delivery_tag)
        served.append(message)

    channel.basic_consume(queue, callback=answer)
    while len(served) < int(count):
        channel.connection.drain_events(timeout=LIMIT_S)
    return 'served'


def call(channel, queue, body):
    answers = []
    channel.basic_consume('amq.rabbitmq.reply-to', no_ack=True, callback=answers.append)
    request = amqp.Message(body, reply_to='amq.rabbitmq.reply-to', correlation_id='call')
    channel.basic_publish(request, '', queue)
    while not answers:
        channel.connection.drain_events(timeout=LIMIT_S)
    body = answers[0].body
    return {'body': body if isinstance(body, str) else bytes(body).decode(), 'correlation_id': answers[0].correlation_id}


def missing(channel, queue, _body):
    try:
        channel.queue_declare(queue, passive=True)
    except amqp.exceptions.NotFound as error:
        return error.reply_code
    return 'there'


def main(url, role, queue, body):
    address = urlparse(url)
    connection = amqp.Connection(f'{address.hostname}:{address.port}', address.username, address.password)
    connection.connect()
    answer = globals()[role](connection.channel(), queue, body)
    connection.close()
    return answer


run(main, sys.argv)
