/** Request and reply: calls that always end once, and answers that leave exactly once. */
export {
  type Answer,
  type AnsweredCall,
  type AnswerWriter,
  type StreamWriter,
  WrittenAnswer,
} from './answers.js';
export type { CallOptions } from './call-options.js';
export { RpcCaller } from './caller.js';
export { CancelLine } from './cancel-line.js';
export { cancelPatterns } from './cancel-route.js';
export type { Cancellation } from './cancellation.js';
export { remainingMs } from './deadline.js';
export { type OpenCall, openCall } from './open-call.js';
export { type OpenStream, openStream } from './open-stream.js';
export { type CollectOptions, ReplyQueue } from './reply-queue.js';
export { ReplyStore, type ReplyStoreLimits } from './reply-store.js';
export { attemptHeader, type CallRequest, watchedCall } from './request.js';
export { type Handled, type Reply, Responder } from './responder.js';
export { itemsReader, ResultWriter, resultReader } from './results.js';
export { StreamCaller, type StreamRequest } from './stream-caller.js';
export { streamRequestHeaders } from './stream-frame.js';
export { type StreamOptions, windowOf } from './stream-options.js';
export type { StreamReader } from './stream-reader.js';
export { type Pump, StreamResponder } from './stream-responder.js';
export type { Items } from './stream-run.js';
