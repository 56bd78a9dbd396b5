import { type Eks, GenericProducer, MessageCommand, RpcCommand } from 'waybill';

/** Calls and messages that the tests of calls send, to wherever `eks` says. */
export function callerOf(eks: Eks) {
  return class CallProducer extends GenericProducer {
    static override readonly eks = eks;

    build_message_echo(value: unknown) {
      return new MessageCommand('echo', { value });
    }

    build_rpc_ping() {
      return new RpcCommand<string>('ping');
    }

    build_rpc_echo<T>(value: T) {
      return new RpcCommand<unknown, { value: T }>('echo', { value });
    }
  };
}
