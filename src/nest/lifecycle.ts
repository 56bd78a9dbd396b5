import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { usualDrainMs } from '../common/drain-limit.js';
import { duration } from '../common/numbers.js';
import { ConfigurationError, toError } from '../errors.js';
import { type GenericProducer, MessageProcessor } from '../messaging/index.js';
import { StandingThread } from '../scheduler/index.js';
import type { ComponentOptions } from './options.js';

/** What takes messages, or works by the clock: processors, workers, timetables. */
export type Taker = MessageProcessor | StandingThread;

/** A class of producers that is made with options alone. */
export type NestProducerClass = new (options: ComponentOptions) => GenericProducer;

/**
 * Starts and ends the components of an application with it. When all providers are made those that take messages start, and the application
 * is ready when all of them have; when it ends they drain, side by side, and then the producers close, since handlers may still send.
 */
export class Lifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #options: ComponentOptions;
  readonly #discovery: DiscoveryService;
  readonly #drainTimeoutMs: number;
  readonly #producers: GenericProducer[] = [];
  #takers: readonly Taker[] = [];
  #isReady = false;

  /** @throws ConfigurationError for a `drainTimeoutMs` that is no time */
  constructor(discovery: DiscoveryService, options: ComponentOptions, drainTimeoutMs: number = usualDrainMs) {
    this.#discovery = discovery;
    this.#drainTimeoutMs = duration('WaybillModule: drainTimeoutMs', drainTimeoutMs);
    this.#options = options;
  }

  /** True from when all have started until the application ends. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** All that have a health: those that take, then the producers. */
  get components(): readonly (Taker | GenericProducer)[] {
    return [...this.#takers, ...this.#producers];
  }

  /** Connects a producer, which is closed when the application has ended. @throws as `GenericProducer.connect`; then all are closed */
  async connect(Producer: NestProducerClass): Promise<GenericProducer> {
    const producer = new Producer(this.#options);
    this.#producers.push(producer);
    try {
      return await producer.open();
    } catch (thrown) {
      await this.#close();
      throw thrown;
    }
  }

  /** @throws what starting a component throws; nothing is left open then */
  async onApplicationBootstrap(): Promise<void> {
    this.#takers = this.#find();
    try {
      await Promise.all(this.#takers.map(start));
      this.#isReady = true;
    } catch (thrown) {
      await this.#end();
      throw thrown;
    }
  }

  /** Never throws: the application goes on to end. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isReady = false;
    await this.#end();
  }

  /** @throws ConfigurationError for one that Nest makes anew for each request: it would take nothing, or too much */
  #find(): readonly Taker[] {
    const found = this.#discovery.getProviders().flatMap((wrapper) => {
      const instance: unknown = wrapper.instance;
      if (!isTaker(instance)) return [];
      if (wrapper.isDependencyTreeStatic() && !wrapper.isTransient) return [instance];
      throw new ConfigurationError(
        `${String(wrapper.name)} takes messages, so there must be one of it: it, and what it is given, may have no scope but the default one.`,
      );
    });
    return [...new Set(found)];
  }

  async #end(): Promise<void> {
    const timeoutMs = this.#drainTimeoutMs;
    const drained = await Promise.allSettled(this.#takers.map((taker) => taker.drain?.({ timeoutMs })));
    for (const each of drained)
      if (each.status === 'rejected') this.#options.logger?.error(toError(each.reason).message);
    await this.#close();
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#producers.map((producer) => producer.close()));
  }
}

function isTaker(instance: unknown): instance is Taker {
  return instance instanceof MessageProcessor || instance instanceof StandingThread;
}

async function start(taker: Taker): Promise<void> {
  if (taker instanceof MessageProcessor) await taker.start();
  else await taker.create();
}
