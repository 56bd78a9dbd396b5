/** What stands for the data of each queue where nobody named it: anything. */
// biome-ignore lint/suspicious/noExplicitAny: without a contract the handler says itself what it expects
export type AnyData = Record<string, any>;

/** What stands for the calls where nobody named them: any function of one value. */
// biome-ignore lint/suspicious/noExplicitAny: without a contract the handler says itself what it expects
export type AnyCalls = Record<string, (data: any) => unknown>;

/** What a call takes: the one parameter of its function in the contract. */
export type DataOf<Call> = Call extends (data: infer Data) => unknown ? Data : never;

/** What a call answers, at its caller's. */
export type AnswerOf<Call> = Call extends (...args: never[]) => infer Answer ? Awaited<Answer> : never;
