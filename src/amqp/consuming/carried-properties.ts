import type { MessageProperties } from '../frames/outgoing.js';

/** How many bytes AMQP's short strings hold (section 4.2.5.3). */
const room = 255;

/**
 * What of a message's properties goes along when it is published once more, its headers apart: whatever a peer may have put
 * there, the copy can leave. Two stay behind: `user_id`, which the broker takes from that user only (RabbitMQ docs, Validated
 * User-ID), and a `timestamp` that no number holds. A text that is no UTF-8, and longer than it came once that is shown by
 * `�`, is cut.
 */
export function carriedProperties(given: MessageProperties): MessageProperties {
  const { userId: _sender, headers: _headers, timestamp, ...others } = given;
  const texts = Object.entries(others).map(([name, value]) => [
    name,
    typeof value === 'string' ? fitting(value) : value,
  ]);
  return { ...Object.fromEntries(texts), ...(Number.isSafeInteger(timestamp) && { timestamp }) };
}

/** The text, or as much of it as there is room for. */
function fitting(text: string): string {
  if (text.length <= room / 3 || Buffer.byteLength(text) <= room) return text;
  // Half a character at the end becomes one of three bytes.
  return Buffer.from(text)
    .subarray(0, room - 3)
    .toString();
}
