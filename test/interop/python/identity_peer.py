"""A peer that signs, written with pika: identity_peer.py URL send|get QUEUE KEYS [KEY ID]. Prints what it has seen as JSON."""
import json
import sys
import time

import pika

from waybill_identity import PROPERTIES, holds, sign

url, role, queue, keys_path, *rest = sys.argv[1:]
with open(keys_path, encoding='utf-8') as file:
    keys = json.load(file)

connection = pika.BlockingConnection(pika.URLParameters(url))
channel = connection.channel()


def send(key_id):
    key = next(each for each in keys if each['id'] == key_id)
    fingerprint = {'name': 'shop', 'type': 'None', 'pid': '1', 'host': 'h', 'user': 'u', 'vhost': '/'}
    body = json.dumps({
        'type': 'command', 'name': 'order', 'category': 'message', 'version': '2',
        'fingerprint': fingerprint, 'content': {'parameters': {'from': key_id}}, '_reserved': {},
    }).encode()
    properties = {'message_id': 'python-' + key_id, 'type': 'order', 'content_type': 'application/json'}
    headers = {'whole': 5, 'large': 2 ** 40, 'list': ['a', True, None], 'table': {'b': 1, 'a': 'ü'}}
    headers['x-waybill-sig'] = sign(key, int(time.time() * 1000), ('', queue, properties, headers, body))
    channel.confirm_delivery()
    channel.basic_publish('', queue, body, pika.BasicProperties(headers=headers, **properties), mandatory=True)
    return 'confirmed'


def get():
    method, props, body = channel.basic_get(queue, auto_ack=True)
    properties = {name: getattr(props, name) for name in PROPERTIES}
    message = (method.exchange, method.routing_key, properties, props.headers, body)
    header = props.headers['x-waybill-sig']
    other = (method.exchange, method.routing_key + '.', properties, props.headers, body)
    return {'holds': holds(header, keys, message), 'elsewhere': holds(header, keys, other), 'key': header.split('.')[2]}


print(json.dumps(send(*rest) if role == 'send' else get()))
connection.close()
