"""Speaks the dialect of ploomby by pika: ploomby_dialect.py URL ROLE QUEUE [BODY]. Prints one JSON document."""
import json
import sys

import pika

from peer import run

LIMIT_S = 20
HEADER = 'task_name'


def send(channel, queue, body):
    """Sends messages: the body is a JSON list of [key, what to send]."""
    for key, value in json.loads(body):
        properties = pika.BasicProperties(headers={HEADER: key})
        channel.basic_publish('', queue, json.dumps(value).encode(), properties)
    return 'sent'


def call(channel, queue, body):
    """The same as calls, one after the other, since answers need not say which call they are for."""
    reply_queue = channel.queue_declare('', exclusive=True).method.queue
    answers = []
    replies = channel.consume(reply_queue, auto_ack=True, inactivity_timeout=LIMIT_S)
    for key, value in json.loads(body):
        properties = pika.BasicProperties(headers={HEADER: key}, reply_to=reply_queue)
        channel.basic_publish('', queue, json.dumps(value).encode(), properties)
        method, _props, reply = next(replies)
        if method is None:
            raise TimeoutError('no answer')
        answers.append(json.loads(reply))
    channel.cancel()
    return answers


def declare(channel, queue, _body):
    """Declares queue and dead letters as ploomby does, its time to live of 86 seconds included."""
    dead = f'{queue}_dlq'
    channel.exchange_declare('dlx', 'direct', durable=True)
    channel.queue_declare(dead, durable=True, arguments={'x-message-ttl': 86400})
    channel.queue_bind(dead, 'dlx', dead)
    arguments = {'x-dead-letter-exchange': 'dlx', 'x-dead-letter-routing-key': dead}
    channel.queue_declare(queue, durable=True, arguments=arguments)
    return 'declared'


def serve(channel, queue, count):
    """A consumer with rpc=True that greets users; its answers have no properties."""
    channel.queue_declare(queue, durable=True)
    for served, (method, props, body) in enumerate(channel.consume(queue, inactivity_timeout=LIMIT_S), 1):
        if method is None:
            raise TimeoutError('no call')
        channel.basic_ack(method.delivery_tag)
        answer = json.dumps({'detail': detail_of(props.headers[HEADER], body)})
        channel.basic_publish('', props.reply_to, answer.encode())
        if served == int(count):
            break
    channel.cancel()
    return 'served'


def detail_of(key, body):
    if key != 'greet':
        return 'no handler'
    return json.dumps({'greeting': 'Hello ' + json.loads(body)['name']})


def main(url, role, queue, body):
    connection = pika.BlockingConnection(pika.URLParameters(url))
    answer = globals()[role](connection.channel(), queue, body)
    connection.close()
    return answer


run(main, sys.argv)
