import { type Delivery, publishedTo } from '../../amqp/index.js';
import { ResultWriter, type StreamWriter } from '../../rpc/index.js';
import {
  decoderFor,
  type Encoder,
  type ErrorTellerOptions,
  encodingTold,
  jsonEncoder,
  type ReceivedBody,
  readBody,
  type ToldEncoding,
} from '../../wire/index.js';
import type { HandlerTable } from '../handlers/table.js';
import { WireAnswers } from '../wires/answers.js';
import type { ArrivedMessage, MeantMessage, Wire } from '../wires/wire.js';

/** Makes of a delivery what its handlers are given. @throws anything: encoder and wire may be a user's */
export type ReadDelivery = (delivery: Delivery) => ReceivedBody;

/** How the messages of a class of processors travel. */
export interface Travelling {
  readonly encoder: Encoder;
  readonly wire: Wire | undefined;
}

/** Writes results, or what a wire makes of them. */
export function writerOf({ encoder, wire }: Travelling, told: ErrorTellerOptions): StreamWriter {
  const { component: fingerprint, ...others } = told;
  return wire ? new WireAnswers(wire, encoder, told) : new ResultWriter({ encoder, fingerprint, ...others });
}

/** Reads envelopes, or what a wire makes of other bodies. */
export function readingOf({ encoder, wire }: Travelling, table: HandlerTable): ReadDelivery {
  const decode = ({ content, properties }: Delivery): unknown =>
    decoderFor(encoder, encodingTold(properties as ToldEncoding)).decode(content);
  if (!wire) return (delivery) => readBody(decode(delivery));
  const names = [...new Set(table.entries.flatMap(({ name }) => name ?? []))];
  return (delivery) => bodyOf(wire.read(arrived(delivery, decode(delivery)), names), table);
}

/** What a message says beside who says it, and when. Undefined where that cannot be told from its body. */
export function sayingOf({ encoder, wire }: Travelling): (body: ReceivedBody) => string | undefined {
  if (wire || encoder !== jsonEncoder) return () => undefined;
  return ({ type, category, name, content }) => JSON.stringify([type, category, name, content]);
}

function arrived(delivery: Delivery, body: unknown): ArrivedMessage {
  const { type, replyTo, headers = {} } = delivery.properties;
  return { body, type, replyTo, headers, ...publishedTo(delivery) };
}

/**
 * n.b. others do not say whether they tell or command: it is for whichever handler there is. And some name a `reply_to` always: what a
 * handler is for that answers nobody is no call.
 */
function bodyOf({ name, parameters, isCall }: MeantMessage, table: HandlerTable): ReceivedBody {
  const told = types.find((type) => table.find('message', type, name).length > 0);
  const isAnswered = isCall && (told === undefined || table.find('rpc', 'command', name).length > 0);
  const [category, type] = isAnswered ? ['rpc', 'command'] : ['message', told ?? 'event'];
  return { type, name, category, version: '2', fingerprint: {}, content: { parameters }, _reserved: {} };
}

const types = ['event', 'command'] as const;
