/** Request and reply: calls that always end once, and answers that leave exactly once. */
export type { Answer, AnswerWriter } from './answers.js';
export { RpcCaller } from './caller.js';
export { type CollectOptions, ReplyQueue } from './reply-queue.js';
export { ReplyStore, type ReplyStoreLimits } from './reply-store.js';
export { attemptHeader, type CallOptions, type CallRequest } from './request.js';
export { type Handled, type Reply, Responder } from './responder.js';
export { ResultWriter, resultReader } from './results.js';
