import { AmqpError, type FieldTable, type MethodFields, PROTOCOL_HEADER } from '../../protocol/index.js';
import { Access, type UserSettings } from '../common/access.js';
import type { Profile } from '../common/profile.js';
import type { VirtualHost } from '../virtual-host/virtual-host.js';
import { type Login, mechanismsOf, readLogin } from './sasl.js';
import type { Wire } from './wire.js';

/** What the server proposes in `connection.tune`. */
export interface TuneLimits {
  readonly channelMax: number;
  readonly frameMax: number;
  readonly heartbeatSeconds: number;
}

/** What a broker tells and asks while a client connects. */
export interface HandshakeContext {
  readonly profile: Profile;
  readonly tune: TuneLimits;
  readonly users: readonly UserSettings[];
  findVirtualHost(name: string): VirtualHost | undefined;
}

/** `AMQP`, the protocol SASL, version 1.0.0: what RabbitMQ 4 would rather speak. */
const AMQP_1_0_HEADER = Buffer.from([0x41, 0x4d, 0x51, 0x50, 3, 1, 0, 0]);

/** `AMQP`, then 1, 1 and the version 0-9: what clients of that version send, to which 0-9-1 is close enough. */
const AMQP_0_9_HEADER = Buffer.from([0x41, 0x4d, 0x51, 0x50, 1, 1, 0, 9]);

/** The names that the server states: what RabbitMQ states where clients do things by it, and else the truth. */
const namesOf = ({ version }: Profile): FieldTable => ({
  product: 'RabbitMQ',
  version,
  platform: `Waybill development broker on Node.js ${process.version}`,
  information: `For development and tests: memory only, behaves like RabbitMQ ${version}.`,
});

/** The capabilities the server states; clients look at them. */
const serverProperties: FieldTable = {
  cluster_name: 'waybill@localhost',
  capabilities: {
    publisher_confirms: true,
    exchange_exchange_bindings: true,
    'basic.nack': true,
    consumer_cancel_notify: true,
    'connection.blocked': true,
    consumer_priorities: true,
    authentication_failure_close: true,
    per_consumer_qos: true,
    direct_reply_to: true,
  },
};

/** The way of a connection from the first method to `connection.open-ok`. */
export class Handshake {
  readonly #context: HandshakeContext;
  readonly #wire: Wire;
  #user: UserSettings | undefined;
  #tuned: TuneLimits;
  #head: Buffer = Buffer.alloc(0);
  clientProperties: FieldTable = {};

  constructor(context: HandshakeContext, wire: Wire) {
    this.#context = context;
    this.#wire = wire;
    this.#tuned = context.tune;
  }

  /** Whether the client says it understands something. */
  clientCan(capability: string): boolean {
    const capabilities = this.clientProperties['capabilities'];
    return (capabilities as FieldTable | undefined)?.[capability] === true;
  }

  /** What was agreed upon. */
  get tuned(): TuneLimits {
    return this.#tuned;
  }

  /**
   * Takes the first bytes of a client until its protocol header is complete; returns what came after it, `undefined`
   * while it is not. A wrong header is answered with the preferred one and `false`.
   */
  readHeader(bytes: Buffer): Buffer | false | undefined {
    this.#head = Buffer.concat([this.#head, bytes]);
    const size = PROTOCOL_HEADER.length;
    if (this.#head.length < size) return undefined;
    const header = this.#head.subarray(0, size);
    if (header.equals(PROTOCOL_HEADER) || header.equals(AMQP_0_9_HEADER)) {
      this.#start();
      return this.#head.subarray(size);
    }
    const isOurs = this.#context.profile.preferredProtocol === 'AMQP 0-9-1';
    this.#wire.raw(isOurs ? PROTOCOL_HEADER : AMQP_1_0_HEADER);
    return false;
  }

  #start(): void {
    this.#wire.method(0, 'connection.start', {
      versionMajor: 0,
      versionMinor: 9,
      serverProperties: { ...namesOf(this.#context.profile), ...serverProperties },
      mechanisms: Buffer.from(mechanismsOf(this.#context.profile).join(' ')),
      locales: Buffer.from('en_US'),
    });
  }

  /** @throws AmqpError 403 for a wrong login, 503 for an unknown mechanism or a response that makes no sense. */
  startOk({ clientProperties, mechanism, response }: MethodFields<'connection.start-ok'>): void {
    this.clientProperties = clientProperties;
    if (!mechanismsOf(this.#context.profile).includes(mechanism)) {
      throw new AmqpError('COMMAND_INVALID', `unknown authentication mechanism '${mechanism}'`);
    }
    const login = readLogin(mechanism, response);
    if (!login) throw new AmqpError('COMMAND_INVALID', `invalid ${mechanism} response`);
    this.#user = this.#findUser(login);
    if (!this.#user) {
      const text = `Login was refused using authentication mechanism ${mechanism}. For details see the broker logfile.`;
      throw new AmqpError('ACCESS_REFUSED', text);
    }
    const { channelMax, frameMax, heartbeatSeconds } = this.#context.tune;
    this.#wire.method(0, 'connection.tune', { channelMax, frameMax, heartbeat: heartbeatSeconds });
  }

  /** @throws AmqpError 530 for values the server did not offer. */
  tuneOk({ channelMax, frameMax, heartbeat }: MethodFields<'connection.tune-ok'>): void {
    const offered = this.#context.tune;
    checkNegotiated('channel_max', channelMax, offered.channelMax, 1);
    checkNegotiated('frame_max', frameMax, offered.frameMax, this.#context.profile.leastFrameMax);
    this.#tuned = { channelMax, frameMax, heartbeatSeconds: heartbeat };
    this.#wire.setFrameMax(frameMax);
  }

  /** @throws AmqpError 530 for a virtual host that is not there or not for this user. */
  open({ virtualHost: name }: MethodFields<'connection.open'>): {
    readonly virtualHost: VirtualHost;
    readonly access: Access;
  } {
    const user = this.#user as UserSettings;
    const virtualHost = this.#context.findVirtualHost(name);
    if (!virtualHost) throw new AmqpError('NOT_ALLOWED', `vhost ${name} not found`);
    if (user.virtualHosts && !user.virtualHosts.includes(name)) {
      throw new AmqpError('NOT_ALLOWED', `access to vhost '${name}' refused for user '${user.name}'`);
    }
    return { virtualHost, access: new Access(user, name) };
  }

  #findUser({ user: name, password }: Login): UserSettings | undefined {
    return this.#context.users.find((user) => user.name === name && user.password === password);
  }
}

function checkNegotiated(field: string, asked: number, offered: number, least: number): void {
  if (asked !== 0 && asked < least) {
    throw new AmqpError(
      'NOT_ALLOWED',
      `negotiated ${field} = ${asked} is lower than the minimum allowed value (${least})`,
    );
  }
  if (offered !== 0 && (asked === 0 || asked > offered)) {
    throw new AmqpError(
      'NOT_ALLOWED',
      `negotiated ${field} = ${asked} is higher than the maximum allowed value (${offered})`,
    );
  }
}
