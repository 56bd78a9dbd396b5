"""Speaks the dialect of Postage by pika: postage_dialect.py URL ROLE QUEUE [BODY]. Prints one JSON document."""
import json
import sys

import pika

from peer import run

LIMIT_S = 20
FINGERPRINT = {'name': 'python', 'type': 'None', 'pid': '1', 'host': 'snake', 'user': 'me', 'vhost': '/'}


def envelope(category, name, parameters):
    head = {'type': 'command', 'name': name, 'category': category, 'version': '2', 'fingerprint': FINGERPRINT}
    return json.dumps({**head, 'content': {'parameters': parameters}, '_reserved': {}})


def result(kind, value, message=''):
    head = {'type': 'result', 'name': 'none', 'category': 'message', 'version': '2', 'fingerprint': {}}
    return json.dumps({**head, 'content': {'type': kind, 'value': value, 'message': message}, '_reserved': {}})


def declare(channel, queue, _body):
    """What a processor declares: an exchange that is durable, and a queue that is not."""
    channel.exchange_declare(queue, 'direct', durable=True)
    channel.queue_declare(queue)
    channel.queue_bind(queue, queue, queue)
    return 'declared'


def send(channel, queue, body):
    """A producer: the body is a JSON list of [name, parameters]."""
    for name, parameters in json.loads(body):
        properties = pika.BasicProperties(content_type='application/json')
        channel.basic_publish(queue, queue, envelope('message', name, parameters), properties)
    return 'sent'


def call(channel, queue, body):
    """The same as calls, each with a queue for its answer, which nothing but that tells apart."""
    answers = []
    for name, parameters in json.loads(body):
        reply_queue = channel.queue_declare('', exclusive=True, auto_delete=True).method.queue
        properties = pika.BasicProperties(content_type='application/json', reply_to=reply_queue)
        channel.basic_publish(queue, queue, envelope('rpc', name, parameters), properties)
        method, _props, reply = next(channel.consume(reply_queue, inactivity_timeout=LIMIT_S))
        if method is None:
            raise TimeoutError('no answer')
        channel.basic_ack(method.delivery_tag)
        channel.cancel()
        answers.append(json.loads(reply)['content'])
    return answers


def serve(channel, queue, count):
    """A processor: one message at a time. What it has no handler for is acked."""
    declare(channel, queue, '')
    channel.basic_qos(prefetch_count=1)
    seen = []
    for method, props, raw in channel.consume(queue, inactivity_timeout=LIMIT_S):
        if method is None:
            raise TimeoutError('no message')
        body = json.loads(raw)
        seen.append([body['category'], body['name'], body['content']['parameters']])
        if body['category'] == 'rpc' and body['name'] == 'sum':
            channel.basic_publish('', props.reply_to, answer_to(body['content']['parameters']))
        channel.basic_ack(method.delivery_tag)
        if len(seen) == int(count):
            break
    channel.cancel()
    return seen


def answer_to(parameters):
    try:
        return result('success', parameters['a'] + parameters['b'])
    except Exception as exc:
        return result('exception', exc.__class__.__name__, str(exc))


def main(url, role, queue, body):
    connection = pika.BlockingConnection(pika.URLParameters(url))
    answer = globals()[role](connection.channel(), queue, body)
    connection.close()
    return answer


run(main, sys.argv)
