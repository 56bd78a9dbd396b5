import { type Arguments, assertNames } from '../amqp/index.js';
import type { ExchangeOptions } from './channel-options.js';
import type { ChannelCore } from './core.js';
import { writeArguments } from './headers.js';

/** The methods of the AMQP class `exchange`: `channel.exchange`. */
export class Exchanges {
  readonly #core: ChannelCore;

  /** @internal */
  constructor(core: ChannelCore) {
    this.#core = core;
  }

  /** Declares an exchange. @throws ChannelError, for example 406 where it is there with other properties */
  async declare(exchange: string, type: string, options: ExchangeOptions = {}): Promise<void> {
    assertNames({ exchange, 'exchange type': type });
    const { passive = false, durable = true, autoDelete = false, internal = false } = options;
    const args = writeArguments(options.arguments);
    await this.#core.ask(
      (raw) =>
        passive
          ? raw.checkExchange(exchange)
          : raw.assertExchange(exchange, type, {
              durable,
              autoDelete,
              internal,
              arguments: args,
            }),
      `exchange '${exchange}'`,
    );
  }

  /** Removes an exchange; one that is not there is no error. @throws ChannelError 406 with `ifUnused` where it is used */
  async delete(exchange: string, { ifUnused = false }: { readonly ifUnused?: boolean } = {}): Promise<void> {
    assertNames({ exchange });
    await this.#core.ask((raw) => raw.deleteExchange(exchange, { ifUnused }));
  }

  /** Binds one exchange to another: what `source` gets for this key goes to `destination`, too. @throws ChannelError */
  async bind(destination: string, source: string, routingKey = '', args?: Arguments): Promise<void> {
    assertNames({ exchange: destination, 'source exchange': source, 'routing key': routingKey });
    await this.#core.ask((raw) => raw.bindExchange(destination, source, routingKey, writeArguments(args)));
  }

  /** Takes the binding of one exchange to another away. @throws ChannelError */
  async unbind(destination: string, source: string, routingKey = '', args?: Arguments): Promise<void> {
    assertNames({ exchange: destination, 'source exchange': source, 'routing key': routingKey });
    await this.#core.ask((raw) => raw.unbindExchange(destination, source, routingKey, writeArguments(args)));
  }
}
