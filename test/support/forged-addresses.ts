/** The beginning of every address of a direct reply-to consumer. */
const prefix = 'amq.rabbitmq.reply-to.';

/** A process identifier as Erlang writes it (External Term Format, NEW_PID_EXT), of a node that is nowhere. */
function pid(node: string, rest = 12): string {
  return bytes(131, 88, 119, node.length, ...Buffer.from(node), ...new Array<number>(rest).fill(0));
}

function bytes(...values: readonly number[]): string {
  return Buffer.from(values).toString('base64');
}

/**
 * Direct reply-to addresses that no broker has given out. For most of them RabbitMQ closes the connection of whoever publishes there, before
 * 4.3, or asks for them, in 4.3 as well (seen on 3.10.8, 4.0.5 and 4.3.6).
 */
export const forgedAddresses: readonly (readonly [what: string, address: string])[] = [
  ['is cut off', `${prefix}g1h2AAdyZXBseUA=.forged`],
  ['is of a node that has left', `${prefix}${pid('reply@44183492')}.key`],
  ['is of a node by its name', `${prefix}${pid('rabbit@nowhere')}.key`],
  ['is of a node without a host', `${prefix}${pid('reply')}.key`],
  ['is a number', `${prefix}${bytes(131, 97, 5)}.key`],
  ['is a list', `${prefix}${bytes(131, 106)}.key`],
  ['has more behind it', `${prefix}${pid('reply@44183492', 20)}.key`],
  ['is no base64', `${prefix}!!!!.key`],
  ['is empty', prefix],
  ['has too many parts', `${prefix}a.b.c`],
];
