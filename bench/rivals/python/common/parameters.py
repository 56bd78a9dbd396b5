"""What each message and each call carries: its number, and text that brings the envelope to its size."""

# An envelope without its text, about: names, fingerprint, number.
ENVELOPE_BYTES = 220


def parameters_of(body_bytes):
    """Makes parameters for envelopes of about `body_bytes`."""
    text = 'x' * max(0, body_bytes - ENVELOPE_BYTES)
    return lambda index: {'index': index, 'text': text}


def answer_to(parameters):
    """What a server answers: which question it was, and as much text."""
    return {'answerTo': parameters['index'], 'text': parameters['text']}


def wrong_answer(answer, index):
    """The error that an answer to another question is; None for the right one."""
    return None if answer['answerTo'] == index else ValueError(f'Call {index} was answered with {answer}.')
