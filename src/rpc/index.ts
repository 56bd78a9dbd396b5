/** Request and reply: calls that always end once, and answers that leave exactly once. */
export type { Answer, AnsweredCall, AnswerWriter } from './answers.js';
export type { CallOptions } from './call-options.js';
export { RpcCaller } from './caller.js';
export { CancelLine } from './cancel-line.js';
export { cancelPatterns } from './cancel-route.js';
export type { Cancellation } from './cancellation.js';
export { remainingMs } from './deadline.js';
export { type OpenCall, openCall } from './open-call.js';
export { type CollectOptions, ReplyQueue } from './reply-queue.js';
export { ReplyStore, type ReplyStoreLimits } from './reply-store.js';
export { attemptHeader, type CallRequest } from './request.js';
export { type Handled, type Reply, Responder } from './responder.js';
export { ResultWriter, resultReader } from './results.js';
