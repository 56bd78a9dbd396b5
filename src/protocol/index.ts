export { AmqpError } from './amqp-error.js';
export { ByteReader } from './byte-reader.js';
export { ByteWriter } from './byte-writer.js';
export { type Command, CommandReader, type CommandReaderOptions, type Content } from './command-reader.js';
export {
  BASIC_CLASS,
  closesChannelOnly,
  FRAME_END,
  FRAME_MIN_SIZE,
  FRAME_OVERHEAD,
  FrameType,
  PROTOCOL_HEADER,
  type ReplyCode,
  type ReplyName,
  replyCodes,
  replyName,
} from './constants.js';
export { type NumberReading, readTable, writeTable } from './field-table.js';
export { type Frame, FrameReader } from './frame-reader.js';
export { type ContentProperties, FrameWriter } from './frame-writer.js';
export { hasContent, methodId, readMethod, writeMethod } from './method-codec.js';
export { readProperties, writeProperties } from './property-codec.js';
export { methodSpec, propertySpec } from './spec.js';
export type {
  ContentMethodName,
  FieldKind,
  FieldKinds,
  FieldTable,
  FieldValue,
  Method,
  MethodFields,
  MethodInput,
  MethodName,
  Properties,
  TypedValue,
} from './types.js';
