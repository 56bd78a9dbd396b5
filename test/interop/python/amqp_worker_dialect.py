"""Speaks the dialect of amqp-worker by pika: amqp_worker_dialect.py URL ROLE QUEUE [BODY]. Prints one JSON document."""
import gzip
import json
import sys
import uuid

import pika

from peer import run

LIMIT_S = 20
DEAD_LETTERS = 'rpc.dlx'


def pack(value):
    return gzip.compress(json.dumps(value).encode())


def unpack(body):
    return json.loads(gzip.decompress(body))


def request_properties(delivery_mode, **more):
    return pika.BasicProperties(type='call', priority=5, delivery_mode=delivery_mode, **more)


def task(channel, queue, body):
    """A producer: persistent, mandatory, confirmed. The body is a JSON list of what to send."""
    channel.confirm_delivery()
    for value in json.loads(body):
        channel.basic_publish('', queue, pack(value), request_properties(2), mandatory=True)
    return 'confirmed'


def call(channel, queue, body):
    """A client: its reply queue is bound to the dead letters by From, so that what expires comes back as a call."""
    reply_queue = channel.queue_declare('', exclusive=True).method.queue
    channel.exchange_declare(DEAD_LETTERS, 'headers', auto_delete=True)
    channel.queue_bind(reply_queue, DEAD_LETTERS, '', {'From': reply_queue, 'x-match': 'any'})
    pending = {}
    for value in json.loads(body):
        correlation_id = str(uuid.uuid4().int % 10**9)
        pending[correlation_id] = value
        headers = {'From': reply_queue}
        properties = request_properties(1, reply_to=reply_queue, correlation_id=correlation_id, headers=headers)
        channel.basic_publish('', queue, pack(value), properties, mandatory=True)
    answers = []
    for method, props, reply in channel.consume(reply_queue, inactivity_timeout=LIMIT_S):
        if method is None:
            raise TimeoutError('no answer')
        channel.basic_ack(method.delivery_tag)
        answers.append({
            'asked': pending.pop(props.correlation_id),
            'answer': unpack(reply),
            'type': props.type,
            'content_type': props.content_type,
            'content_encoding': props.content_encoding,
            'delivery_mode': props.delivery_mode,
        })
        if not pending:
            break
    channel.cancel()
    return answers


def work(channel, queue, count):
    """A queue worker: takes tasks in its own way, with the one key that is allowed."""
    channel.queue_declare(queue, durable=True)
    taken = []
    for method, props, body in channel.consume(queue, inactivity_timeout=LIMIT_S):
        if method is None:
            raise TimeoutError('no task')
        taken.append({'data': (lambda data: data)(**unpack(body)), 'delivery_mode': props.delivery_mode, 'type': props.type})
        channel.basic_ack(method.delivery_tag)
        if len(taken) == int(count):
            break
    channel.cancel()
    return taken


def declare(channel, queue, _body):
    """Declares the queue of an RPC worker, as Python's own worker does."""
    channel.exchange_declare(DEAD_LETTERS, 'headers', auto_delete=True)
    channel.queue_declare(queue, arguments={'x-dead-letter-exchange': DEAD_LETTERS})
    return 'declared'


def serve(channel, queue, count):
    """An RPC worker: doubles what it gets, and fails on what cannot be doubled."""
    declare(channel, queue, '')
    for served, (method, props, body) in enumerate(channel.consume(queue, inactivity_timeout=LIMIT_S), 1):
        if method is None:
            raise TimeoutError('no call')
        channel.basic_publish('', props.reply_to, pack(answer_to(body)), reply_properties(props))
        channel.basic_ack(method.delivery_tag)
        if served == int(count):
            break
    channel.cancel()
    return 'served'


def answer_to(body):
    try:
        return {'success': True, 'data': unpack(body)['data'] ** 2}
    except Exception as exc:
        error = {'type': exc.__class__.__name__, 'message': repr(exc), 'args': list(exc.args), 'trace': 'Traceback'}
        return {'success': False, 'error': error}


def reply_properties(props):
    return pika.BasicProperties(
        content_type='application/octet-stream',
        correlation_id=props.correlation_id,
        delivery_mode=props.delivery_mode,
        type='result',
    )


def main(url, role, queue, body):
    connection = pika.BlockingConnection(pika.URLParameters(url))
    answer = globals()[role](connection.channel(), queue, body)
    connection.close()
    return answer


run(main, sys.argv)
