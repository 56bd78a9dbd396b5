"""Waybill's signatures in Python (docs/identity.md): the whole of them, with hmac and hashlib; Ed25519 needs python3-cryptography."""
import base64
import datetime
import decimal
import hashlib
import hmac
import re
import struct

DIRECT = 'amq.rabbitmq.reply-to'
PROPERTIES = ('message_id', 'correlation_id', 'reply_to', 'type', 'content_type', 'content_encoding', 'expiration')
UNCOVERED = {
    'x-waybill-sig', 'x-waybill-seal', 'x-waybill-failures', 'x-waybill-origin', 'x-waybill-dossier',
    'x-waybill-put-anew', 'traceparent', 'tracestate', 'baggage', 'BCC', 'x-death', 'x-delivery-count',
    'x-acquired-count', 'x-stream-offset', 'x-delay', 'timestamp_in_ms',
}
UNCOVERED_KINDS = re.compile(r'x-(?:first-death-|last-death-|opt-|routed-|received-from|shovelled)')
HEADER = re.compile(r'v1\.([eh])\.([A-Za-z0-9_-]{1,64})\.([0-9a-z]{1,11})\.([A-Za-z0-9_-]{43,86})')


def netstring(text):
    data = text.encode() if isinstance(text, str) else text
    return str(len(data)).encode() + b':' + data + b','


def value_bytes(value):
    if value is None:
        return b'n'
    if isinstance(value, bool):
        return b't' if value else b'f'
    if isinstance(value, str):
        return b's' + value.encode()
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 2 ** 63
        return b'i%d' % int(value) if whole else b'd' + struct.pack('>d', value).hex().encode()
    if isinstance(value, int):
        return b'i%d' % value
    if isinstance(value, (bytes, bytearray)):
        return b'x' + bytes(value).hex().encode()
    if isinstance(value, datetime.datetime):
        return b'T%d' % int(value.replace(tzinfo=datetime.timezone.utc).timestamp())
    if isinstance(value, decimal.Decimal):
        _sign, digits, exponent = value.as_tuple()
        return b'D%d,%d' % (-exponent, int(''.join(map(str, digits))))
    if isinstance(value, list):
        return b'l' + b''.join(netstring(value_bytes(each)) for each in value)
    return b'm' + entries(value)


def entries(table):
    pairs = sorted((name.encode(), value) for name, value in table.items())
    return b''.join(netstring(name) + netstring(value_bytes(value)) for name, value in pairs)


def is_covered(name):
    return name not in UNCOVERED and not UNCOVERED_KINDS.match(name)


def as_written(address):
    return DIRECT if address.startswith(DIRECT + '.') else address


def signed_bytes(head, exchange, routing_key, properties, headers, body):
    """`head` is (alg, key id, time); `properties` has the names of AMQP, and may leave out any of them."""
    fields = {name: properties.get(name) or '' for name in PROPERTIES}
    fields['reply_to'] = as_written(fields['reply_to'])
    covered = {name: value for name, value in (headers or {}).items() if is_covered(name)}
    texts = ['waybill-sig-v1', *head, exchange, as_written(routing_key), *(fields[name] for name in PROPERTIES)]
    return b''.join(map(netstring, [*texts, entries(covered), hashlib.sha256(body).hexdigest()]))


def unpadded(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def padded(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def base36(number):
    digits = ''
    while number:
        number, digit = divmod(number, 36)
        digits = '0123456789abcdefghijklmnopqrstuvwxyz'[digit] + digits
    return digits


def sign(key, now_ms, message):
    """The header `x-waybill-sig` of a message, given as the other arguments of signed_bytes."""
    alg = 'e' if key['alg'] == 'ed25519' else 'h'
    head = (alg, key['id'], base36(now_ms))
    data = signed_bytes(head, *message)
    if alg == 'h':
        signature = hmac.new(padded(key['secret']), data, hashlib.sha256).digest()
    else:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        signature = Ed25519PrivateKey.from_private_bytes(padded(key['private'])).sign(data)
    return '.'.join(['v1', *head, unpadded(signature)])


def holds(header, keys, message):
    """Whether it is a signature of this message by one of the keys. Whether the key may speak for the sender, and the time, is to be looked at, too."""
    match = HEADER.fullmatch(header)
    key = match and next((each for each in keys if each['id'] == match[2]), None)
    if not key or (match[1] == 'e') != (key['alg'] == 'ed25519'):
        return False
    data = signed_bytes(match.group(1, 2, 3), *message)
    signature = padded(match[4])
    if match[1] == 'h':
        return hmac.compare_digest(hmac.new(padded(key['secret']), data, hashlib.sha256).digest(), signature)
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    try:
        Ed25519PublicKey.from_public_bytes(padded(key['public'])).verify(signature, data)
        return True
    except InvalidSignature:
        return False
