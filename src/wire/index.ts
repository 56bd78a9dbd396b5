/** What travels: the envelope and its kinds, who sent it, how it is encoded, and how content gets its type. */
export { copyJson, isRecord, type ReceivedBody, readBody } from './body.js';
export {
  type DecodeLimits,
  decoderFor,
  type Encoder,
  encodingOf,
  encodingTold,
  GzipJsonEncoder,
  JsonEncoder,
  jsonEncoder,
  type ToldEncoding,
  toJson,
} from './encoder.js';
export { endedHere } from './ended-here.js';
export { EnvelopeEncoder } from './envelope-encoder.js';
export { type ErrorHop, hopsOf, readHops } from './error-origin.js';
export {
  ErrorTeller,
  type ErrorTellerOptions,
  type RemoteErrors,
  remoteErrorChoices,
  type ToldRemotely,
} from './error-teller.js';
export {
  Fingerprint,
  type FingerprintFields,
  type FingerprintLike,
  type FingerprintStamp,
  fingerprintStamp,
} from './fingerprint.js';
export type { TransformOptions } from './instances.js';
export { type InstanceOptions, instanceOf, listOf } from './made-content.js';
export {
  type BareContent,
  type Body,
  type Category,
  type CommandBody,
  type Content,
  Envelope,
  isEnvelope,
  isEvent,
  Message,
  MessageCommand,
  MessageEvent,
  MessageStatus,
  RpcCommand,
  RpcStreamCommand,
} from './message.js';
export { toPlain } from './plain.js';
export { type RegisterErrorOptions, registerError, registrationOf } from './registered-errors.js';
export { remoteError } from './remote-details.js';
export {
  failedCall,
  failedResult,
  isResult,
  MessageResult,
  MessageResultError,
  MessageResultException,
  malformedResult,
  type Result,
  type ResultContent,
  type ResultType,
  readResult,
  receivedResult,
} from './result.js';
export {
  assertContentType,
  assertFits,
  assertFitsNow,
  type ContentClass,
  type ContentType,
  isContentType,
  type OutputOf,
  readTyped,
  readTypedNow,
  type StandardSchema,
} from './typed-content.js';
export type { ValidateInstance, ValidationProblem } from './validation.js';
