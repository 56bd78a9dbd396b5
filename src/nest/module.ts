import { type DynamicModule, Inject, type InjectionToken, Module, type ModuleMetadata } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { MessageProcessor } from '../messaging/index.js';
import { WaybillHealth } from './health.js';
import { Lifecycle, type NestProducerClass } from './lifecycle.js';
import { type ComponentOptions, componentOptions, type WaybillModuleOptions } from './options.js';

export type { WaybillModuleOptions } from './options.js';

/**
 * The token of what all components have in common, for the constructors and factories of components: `@Inject(WAYBILL_OPTIONS) options`. A test
 * that overrides it has all of them connect elsewhere.
 */
export const WAYBILL_OPTIONS: unique symbol = Symbol.for('waybill options');

/** The token of what the module itself was given. */
const MODULE_OPTIONS = Symbol.for('waybill module options');

/** The same, made of other providers. */
export interface WaybillModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** What the factory is given. */
  readonly inject?: readonly InjectionToken[] | undefined;
  /** Makes the options of what `inject` names, in this order. */
  // biome-ignore lint/suspicious/noExplicitAny: what it is given is said by the tokens
  readonly useFactory: (...given: any[]) => WaybillModuleOptions | Promise<WaybillModuleOptions>;
}

/**
 * Waybill in a Nest application: `forRoot` once, `forFeature` for the producers that a module's providers are given, and processors among
 * the `providers` of any module. Each processor starts when the application does, and drains when it ends
 * (`app.close()`, or a signal after `app.enableShutdownHooks()`). See docs/nest.md.
 */
export class WaybillModule {
  /** How components connect; without options by `WAYBILL_URL`, or to localhost. */
  static forRoot(options: WaybillModuleOptions = {}): DynamicModule {
    return root([], { provide: MODULE_OPTIONS, useValue: options });
  }

  /** The same, where the options depend on other providers, such as a ConfigService. */
  static forRootAsync({ imports = [], inject = [], useFactory }: WaybillModuleAsyncOptions): DynamicModule {
    return root(imports, { provide: MODULE_OPTIONS, inject: [...inject], useFactory });
  }

  /**
   * Producers, each under its class: `constructor(@Inject(Prices) readonly prices: Connected<typeof Prices>)`. They are connected when whoever
   * is given one is made, and closed when the application has ended.
   */
  static forFeature(producers: readonly NestProducerClass[]): DynamicModule {
    const providers = producers.map((Producer) => ({
      provide: Producer as InjectionToken,
      inject: [Lifecycle],
      useFactory: (lifecycle: Lifecycle) => lifecycle.connect(Producer),
    }));
    return { module: WaybillModule, providers, exports: providers };
  }
}

type OptionsProvider = NonNullable<ModuleMetadata['providers']>[number];

function root(imports: NonNullable<ModuleMetadata['imports']>, options: OptionsProvider): DynamicModule {
  return {
    module: WaybillModule,
    global: true,
    imports: [DiscoveryModule, ...imports],
    providers: [
      options,
      {
        provide: WAYBILL_OPTIONS,
        inject: [MODULE_OPTIONS],
        useFactory: (given: WaybillModuleOptions) => componentOptions(given),
      },
      {
        provide: Lifecycle,
        inject: [DiscoveryService, WAYBILL_OPTIONS, MODULE_OPTIONS],
        useFactory: (
          discovery: DiscoveryService,
          each: ComponentOptions,
          { drainTimeoutMs }: WaybillModuleOptions,
        ) => new Lifecycle(discovery, each, drainTimeoutMs),
      },
      {
        provide: WaybillHealth,
        inject: [Lifecycle],
        useFactory: (lifecycle: Lifecycle) => new WaybillHealth(lifecycle),
      },
    ],
    exports: [Lifecycle, WAYBILL_OPTIONS, WaybillHealth],
  };
}

// As decorators would, which this package is compiled without: a processor that has no constructor of its own is given the options, and one
// that has one need not say what its first argument is.
Module({})(WaybillModule);
Inject(WAYBILL_OPTIONS)(MessageProcessor, undefined, 0);
