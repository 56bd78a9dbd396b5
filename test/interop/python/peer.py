"""What every peer sends, and how it reports."""
import json

HEADERS = {'language': 'python', 'number': 42, 'truth': True, 'list': [1, 'two'], 'table': {'inner': 'value'}}

PROPERTIES = {
    'content_type': 'text/plain',
    'content_encoding': 'utf-8',
    'delivery_mode': 2,
    'priority': 3,
    'correlation_id': 'correlation',
    'reply_to': 'reply queue',
    'message_id': 'message',
    'type': 'greeting',
    'app_id': 'interop',
}


def upper(body):
    """The answer of every RPC server here."""
    return bytes(body).decode().upper().encode()


def run(main, argv):
    """Calls main(url, role, queue, body) with the arguments of the program and prints what it gives as JSON."""
    url, role, queue, body = argv[1], argv[2], argv[3], argv[4] if len(argv) > 4 else ''
    print(json.dumps(main(url, role, queue, body), sort_keys=True))
