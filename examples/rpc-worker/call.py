"""Calls the worker as a client of amqp-worker does, by pika alone: call.py URL QUEUE DATA. Prints the answer."""
import gzip
import json
import sys

import pika

url, queue, data = sys.argv[1:]
connection = pika.BlockingConnection(pika.URLParameters(url))
channel = connection.channel()
reply_queue = channel.queue_declare('', exclusive=True).method.queue

body = gzip.compress(json.dumps({'data': json.loads(data)}).encode())
properties = pika.BasicProperties(type='call', reply_to=reply_queue, correlation_id='1', headers={'From': reply_queue})
channel.basic_publish('', queue, body, properties)

for method, properties, reply in channel.consume(reply_queue, auto_ack=True, inactivity_timeout=10):
    if method is None:
        sys.exit('no answer')
    answer = json.loads(gzip.decompress(reply))
    print(answer['data'] if answer['success'] else answer['error']['message'])
    break
channel.cancel()
connection.close()
