import type { Received } from '../../amqp/index.js';
import { type ContentType, type Result, readTypedNow } from '../../wire/index.js';
import { type BuilderClass, builderName } from './built.js';
import type { Definition } from './definition.js';

type ReadResult = (reply: Received) => Result | undefined;
/** What a producer's class says of its contract. */
type Contracted = Pick<BuilderClass, 'contract' | 'names'>;

type ReadItems = (frame: Received) => readonly unknown[];

/** Reads answers, and makes of each what the contract says; one that does not fit is a malformed one. */
export function answerReader(read: ReadResult, Class: Contracted, wire: string): ReadResult {
  const name = builderName(Class, wire);
  const answer = Class.contract && ofContract(Class.contract, `rpc_${name}`, 'answer');
  if (!answer) return read;
  return (reply) => {
    const result = read(reply);
    if (!result?.ok) return result;
    const value = readTypedNow(answer, result.value, `The answer to rpc_${name}`);
    const { body } = result;
    return Object.assign(result, { body: { ...body, content: { ...body.content, value } } });
  };
}

/** Reads the items of a stream, and makes of each what the contract says. */
export function streamReader(read: ReadItems, Class: Contracted, wire: string): ReadItems {
  const name = builderName(Class, wire);
  const item = Class.contract && ofContract(Class.contract, `stream_${name}`, 'item');
  if (!item) return read;
  return (frame) => read(frame).map((each) => readTypedNow(item, each, `An item of stream_${name}`));
}

/** What a contract says of one of its messages. n.b. names may be those of anything. */
export function ofContract(
  contract: Definition,
  method: string,
  field: 'parameters' | 'answer' | 'item',
): ContentType | undefined {
  if (!Object.hasOwn(contract, method)) return undefined;
  return (contract as Readonly<Record<string, { readonly [Each in typeof field]?: ContentType }>>)[method]?.[
    field
  ];
}
