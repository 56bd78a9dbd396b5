"""Checks the vectors: identity_vectors.py FILE. Prints what was found of each message, and each that is to be refused, as JSON."""
import base64
import datetime
import decimal
import json
import sys

from waybill_identity import holds, sign, signed_bytes


def header_value(value):
    if isinstance(value, list):
        return [header_value(each) for each in value]
    if not isinstance(value, dict):
        return value
    kind = value.get('!')
    if kind == 'int':
        return int(value['text'])
    if kind == 'double':
        return float(value['value'])
    if kind == 'bytes':
        return bytes.fromhex(value['hex'])
    if kind == 'timestamp':
        return datetime.datetime.fromtimestamp(value['value'], datetime.timezone.utc)
    if kind == 'decimal':
        return decimal.Decimal(value['digits']).scaleb(-value['places'])
    return {name: header_value(each) for name, each in value.items()}


def arguments(message):
    headers = {name: header_value(value) for name, value in message['headers'].items()}
    body = base64.b64decode(message['body'])
    return message['exchange'], message['routing_key'], message['properties'], headers, body


def found(message, keys):
    head = message['signature'].split('.')[1:4]
    key = next(each for each in keys if each['id'] == head[1])
    return {
        'text': signed_bytes(head, *arguments(message)).decode() == message['signed_text'],
        'holds': holds(message['signature'], keys, arguments(message)),
        'signs': sign(key, int(head[2], 36), arguments(message)) == message['signature'],
    }


with open(sys.argv[1], encoding='utf-8') as file:
    vectors = json.load(file)
keys = vectors['keys']
print(json.dumps({
    'messages': [found(message, keys) for message in vectors['messages']],
    'refused': [holds(message['signature'], keys, arguments(message)) for message in vectors['refused']],
}))
