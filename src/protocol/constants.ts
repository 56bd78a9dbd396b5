/** Frame types of AMQP 0-9-1, section 4.2.3. */
export const FrameType = { method: 1, header: 2, body: 3, heartbeat: 8 } as const;

/** The octet that ends each frame. */
export const FRAME_END = 0xce;

/** Octets a frame has beside its payload: type, channel, size before it, the end mark after it. */
export const FRAME_OVERHEAD = 8;

/** The smallest `frame_max` a peer may ask for; a frame of this size is always allowed. */
export const FRAME_MIN_SIZE = 4096;

/** What a client sends first: `AMQP`, 0, and the protocol's version. */
export const PROTOCOL_HEADER: Buffer = Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1]);

/** Class id of `basic`, the only class that carries content. */
export const BASIC_CLASS = 60;

/** Reply codes of AMQP 0-9-1 section 1.3, under the names RabbitMQ puts into reply texts. */
export const replyCodes = {
  REPLY_SUCCESS: 200,
  CONTENT_TOO_LARGE: 311,
  NO_ROUTE: 312,
  NO_CONSUMERS: 313,
  CONNECTION_FORCED: 320,
  INVALID_PATH: 402,
  ACCESS_REFUSED: 403,
  NOT_FOUND: 404,
  RESOURCE_LOCKED: 405,
  PRECONDITION_FAILED: 406,
  FRAME_ERROR: 501,
  SYNTAX_ERROR: 502,
  COMMAND_INVALID: 503,
  CHANNEL_ERROR: 504,
  UNEXPECTED_FRAME: 505,
  RESOURCE_ERROR: 506,
  NOT_ALLOWED: 530,
  NOT_IMPLEMENTED: 540,
  INTERNAL_ERROR: 541,
} as const;

/** The name of a reply code, as in `NOT_FOUND`. */
export type ReplyName = keyof typeof replyCodes;

/** A reply code, as in `404`. */
export type ReplyCode = (typeof replyCodes)[ReplyName];

const softErrors: ReadonlySet<ReplyCode> = new Set([311, 312, 313, 403, 404, 405, 406]);

/** Whether a peer that meets this code closes the channel only; any other code closes the connection. */
export function closesChannelOnly(code: ReplyCode): boolean {
  return softErrors.has(code);
}

const names = new Map(Object.entries(replyCodes).map(([name, code]) => [code as number, name as ReplyName]));

/** The name of a reply code; `undefined` for a number AMQP does not define. */
export function replyName(code: number): ReplyName | undefined {
  return names.get(code);
}
