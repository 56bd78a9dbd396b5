"""A peer written with pika: pika_peer.py URL ROLE QUEUE [BODY]. Prints one JSON document."""
import sys

import pika

from peer import HEADERS, PROPERTIES, run, upper

LIMIT_S = 20


def properties():
    return pika.BasicProperties(headers=HEADERS, **PROPERTIES)


def shown(method, props, body):
    return {
        'body': body.decode(),
        'redelivered': method.redelivered,
        'headers': props.headers,
        **{name: getattr(props, name) for name in PROPERTIES},
    }


def publish(channel, queue, body):
    channel.confirm_delivery()
    channel.basic_publish('', queue, body.encode(), properties(), mandatory=True)
    return 'confirmed'


def unroutable(channel, queue, body):
    channel.confirm_delivery()
    try:
        channel.basic_publish('', queue, body.encode(), mandatory=True)
    except pika.exceptions.UnroutableError:
        return 'returned'
    return 'routed'


def get(channel, queue, _body):
    method, props, body = channel.basic_get(queue)
    channel.basic_ack(method.delivery_tag)
    return shown(method, props, body)


def consume(channel, queue, count):
    taken = []
    channel.basic_qos(prefetch_count=1)
    for method, props, body in channel.consume(queue, inactivity_timeout=LIMIT_S):
        taken.append(shown(method, props, body))
        channel.basic_ack(method.delivery_tag)
        if len(taken) == int(count):
            break
    channel.cancel()
    return taken


def serve(channel, queue, count):
    for served, (method, props, body) in enumerate(channel.consume(queue, inactivity_timeout=LIMIT_S), 1):
        answer = pika.BasicProperties(correlation_id=props.correlation_id)
        channel.basic_publish('', props.reply_to, upper(body), answer)
        channel.basic_ack(method.delivery_tag)
        if served == int(count):
            break
    channel.cancel()
    return 'served'


def call(channel, queue, body):
    answers = []

    def take(_channel, _method, props, answer):
        answers.append({'body': answer.decode(), 'correlation_id': props.correlation_id})

    channel.basic_consume('amq.rabbitmq.reply-to', take, auto_ack=True)
    request = pika.BasicProperties(reply_to='amq.rabbitmq.reply-to', correlation_id='call')
    channel.basic_publish('', queue, body.encode(), request)
    while not answers:
        channel.connection.process_data_events(time_limit=LIMIT_S)
    return answers[0]


def missing(channel, queue, _body):
    try:
        channel.queue_declare(queue, passive=True)
    except pika.exceptions.ChannelClosedByBroker as error:
        return error.reply_code
    return 'there'


def main(url, role, queue, body):
    connection = pika.BlockingConnection(pika.URLParameters(url))
    answer = globals()[role](connection.channel(), queue, body)
    connection.close()
    return answer


run(main, sys.argv)
