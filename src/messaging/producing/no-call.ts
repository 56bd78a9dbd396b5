import type { RpcCommand, RpcStreamCommand } from '../../wire/index.js';
import type { Mistake } from '../mistake.js';

/** A call that is sent as a message would get no answer. */
export type NoCall<Sent> =
  Sent extends RpcCommand<infer _Answer, infer _Parameters>
    ? Mistake<'an RpcCommand is no message: make the call by call()'>
    : Sent extends RpcStreamCommand<infer _Item, infer _Parameters>
      ? Mistake<'an RpcStreamCommand is no message: read it by stream()'>
      : unknown;
