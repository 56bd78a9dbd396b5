export { AmqpError } from './amqp-error.js';
export { ByteReader } from './byte-reader.js';
export { ByteWriter } from './byte-writer.js';
export { type Command, CommandReader, type Content } from './command-reader.js';
export {
  FRAME_MIN_SIZE,
  FRAME_OVERHEAD,
  FrameType,
  PROTOCOL_HEADER,
  replyName,
} from './constants.js';
export { Frame, FrameReader } from './frame-reader.js';
export { type ContentProperties, FrameWriter } from './frame-writer.js';
export { HotReader } from './hot-reader.js';
export { hasContent, methodId, readMethod, writeMethod } from './method-codec.js';
export { readProperties, writeProperties } from './property-codec.js';
export { methodSpec } from './spec.js';
export { readTable } from './table-reader.js';
export { writeTable } from './table-writer.js';
export type {
  ContentMethodName,
  FieldKind,
  FieldTable,
  FieldValue,
  Method,
  MethodFields,
  MethodInput,
  MethodName,
  Properties,
  TypedValue,
} from './types.js';
