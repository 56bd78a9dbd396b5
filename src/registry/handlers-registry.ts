import { refuseGenerated } from '../common/generators.js';
import { shown } from '../common/numbers.js';
import { DecoratedMethods, type DeliveryContext, type RegisterHandler } from '../component/index.js';
import { ArgumentTypeError, ConfigurationError } from '../errors.js';
import { defaultLogger, guardLogger, type Logger } from '../logger.js';
import {
  type ContentType,
  decoderFor,
  type Encoder,
  encodingTold,
  isContentType,
  jsonEncoder,
  type OutputOf,
  readTyped,
} from '../wire/index.js';
import type { FindHandler, RawHandler } from './consumer.js';
import { HandlerAlreadyExistsError, NoModelProvidedError } from './errors.js';

/** How a {@link HandlersRegistry} works. */
export interface HandlersRegistryOptions {
  /** How bodies are read. @default JSON; gzip is understood where the message says so */
  readonly encoder?: Encoder | undefined;
  /** @default warnings and errors to stderr */
  readonly logger?: Logger | undefined;
}

/** Handles what a model has made of a message. For a call, what it returns is the answer. */
export type ModelHandler<Data> = (data: Data, context?: DeliveryContext) => unknown;

// biome-ignore lint/suspicious/noExplicitAny: the model of each says what it takes
type AnyHandler = (...args: any[]) => unknown;

/** Which function handles which key, and what its messages are made into. Handlers may come and be found at any time. */
export class HandlersRegistry {
  readonly #handlers = new Map<string, { readonly handler: AnyHandler; readonly handle: RawHandler }>();
  readonly #methods = new DecoratedMethods();
  readonly #encoder: Encoder;
  readonly #logger: Logger;

  constructor({ encoder = jsonEncoder, logger = defaultLogger() }: HandlersRegistryOptions = {}) {
    this.#encoder = encoder;
    this.#logger = guardLogger(logger);
  }

  /**
   * Registers a handler: `handlers.register('create_user', CreateUser)(handler)`, or as the decorator of a method (of a
   * static one; of another one once an instance of its class is given to {@link use}). Without a key the name of the
   * function is the key. The model is a class, made by class-transformer, or a Standard Schema, which validates.
   *
   * The same function under the same key again is a warning, another one a mistake.
   * @throws HandlerAlreadyExistsError, NoModelProvidedError, ConfigurationError for a function without key and name; ArgumentTypeError for a key that is no text.
   * @example
   * ```ts
   * import { HandlersRegistry } from 'waybill/registry';
   * import { z } from 'zod';
   *
   * const handlers = new HandlersRegistry();
   * const CreateUser = z.object({ name: z.string().min(1) });
   * handlers.register('create_user', CreateUser)(({ name }) => console.log(`${name} is created`));
   * ```
   */
  register<Model extends ContentType>(model: Model): RegisterHandler<ModelHandler<OutputOf<Model>>>;
  register<Model extends ContentType>(
    key: string,
    model: Model,
  ): RegisterHandler<ModelHandler<OutputOf<Model>>>;
  register(...args: [ContentType] | [string, ContentType]): RegisterHandler<ModelHandler<never>> {
    const [key, model] = args.length === 1 && typeof args[0] !== 'string' ? [undefined, args[0]] : args;
    if (key !== undefined && typeof key !== 'string')
      throw new ArgumentTypeError(`HandlersRegistry.register: the key must be a text, and is ${shown(key)}.`);
    if (!isContentType(model)) throw new NoModelProvidedError(key as string | undefined);
    return this.#methods.register((handler, name) =>
      this.#add((key as string | undefined) ?? name, handler, model),
    );
  }

  /**
   * Takes the methods of an object that were decorated by `register` for their handlers, bound to it.
   * @throws ConfigurationError when there are none.
   */
  use(instance: object): this {
    if (this.#methods.use(instance) > 0) return this;
    throw new ConfigurationError(
      `${instance.constructor.name} has no method decorated by this registry's register().`,
    );
  }

  /** The keys that have a handler now. */
  get keys(): readonly string[] {
    return [...this.#handlers.keys()];
  }

  /** What handles the messages of a key now; undefined where nobody does. */
  readonly find: FindHandler = (key) => this.#handlers.get(key)?.handle;

  #add(key: string, handler: AnyHandler, model: ContentType): void {
    if (key === '')
      throw new ConfigurationError('A handler without a name needs a key: register(key, model).');
    const known = this.#handlers.get(key);
    if (!known) this.#handlers.set(key, { handler, handle: this.#reading(model, handler) });
    else if (known.handler !== handler) throw new HandlerAlreadyExistsError(key);
    else this.#logger.warn(`The handler of '${key}' is registered twice; once is enough.`);
  }

  #reading(model: ContentType, handler: AnyHandler): RawHandler {
    return async (raw, context) => {
      const bytes = typeof raw === 'string' ? Buffer.from(raw) : asBuffer(raw);
      const decoded = decoderFor(this.#encoder, context && encodingTold(context)).decode(bytes);
      const made = await readTyped(model, decoded);
      context?.assertMayBegin();
      return refuseGenerated(await handler(made, context));
    };
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
