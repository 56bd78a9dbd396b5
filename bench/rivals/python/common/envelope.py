"""The envelope that all candidates send, byte for byte as long as that of the Node candidates."""
import getpass
import json
import os
import socket

FINGERPRINT = {
    'name': 'bench',
    'type': 'None',
    'pid': str(os.getpid()),
    'host': socket.gethostname(),
    'user': getpass.getuser(),
    'vhost': '/',
}

# Without the blanks of Python's default. Made once: `json.dumps` would make an encoder for each message.
to_json = json.JSONEncoder(separators=(',', ':')).encode


def encode(category, name, parameters):
    """The body of one command."""
    return to_json({
        'type': 'command',
        'name': name,
        'category': category,
        'version': '2',
        'fingerprint': FINGERPRINT,
        'content': {'parameters': parameters},
        '_reserved': {},
    }).encode()


def decode(body):
    """A body taken apart."""
    return json.loads(body)


def key_of(envelope):
    """The key by which handlers are found."""
    return f'{envelope["category"]}/{envelope["type"]}/{envelope["name"]}'
