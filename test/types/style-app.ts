import { expectTypeOf } from 'expect-type';
import {
  AmqpConnection,
  type AmqpMessage,
  App,
  type HttpRequest,
  type RouteContext,
  type SseEvent,
} from 'waybill/app';
import { z } from 'zod';
import { typeCase } from './type-case.js';

const app = new App({ connections: [new AmqpConnection()], state: { count: 0 } });
const Order = z.object({ pieces: z.number() });

class Parcel {
  grams = 0;
}

typeCase(
  'bodies of messages are unknown, or what a type parameter, a schema or a class says, or bytes',
  () => {
    app.amqp.consume('q')((messages, context) => {
      expectTypeOf(messages).toEqualTypeOf<readonly AmqpMessage<unknown>[]>();
      expectTypeOf(context).toEqualTypeOf<RouteContext>();
    });
    app.amqp.consume<{ id: number }>('q')(([message]) =>
      expectTypeOf(message?.body.id).toEqualTypeOf<number | undefined>(),
    );
    app.amqp.consume('q', { body: Order })(([message]) =>
      expectTypeOf(message?.body.pieces).toEqualTypeOf<number | undefined>(),
    );
    app.amqp.consume('q', { body: Parcel })(([message]) =>
      expectTypeOf(message?.body).toEqualTypeOf<Parcel | undefined>(),
    );
    app.amqp.consume('q', { body: 'raw' })(([message]) =>
      expectTypeOf(message?.body).toEqualTypeOf<Buffer | undefined>(),
    );
  },
);

typeCase('a handler of messages gets a batch, not one of them', () => {
  // @ts-expect-error is not assignable to parameter of type
  app.amqp.consume('q')((message: AmqpMessage) => message.accept());
});

typeCase('an option that there is not', () => {
  // @ts-expect-error 'bulk_size' does not exist in type
  app.amqp.consume('q', { bulk_size: 3 });
});

typeCase('parameters of a path have the kinds that it says', () => {
  app.http.get('/{a}/{b:int}/{c:float}/{d:bool}')(({ params, body }) => {
    expectTypeOf(params.a).toEqualTypeOf<string>();
    expectTypeOf(params.b).toEqualTypeOf<number>();
    expectTypeOf(params.c).toEqualTypeOf<number>();
    expectTypeOf(params.d).toEqualTypeOf<boolean>();
    expectTypeOf(body).toEqualTypeOf<undefined>();
  });
});

typeCase('a parameter that the path does not have', () => {
  // @ts-expect-error Property 'name' does not exist
  app.http.get('/orders/{id:int}')(({ params }) => params.name);
});

typeCase('the body of a request is what the route asks for', () => {
  app.http.post('/', { body: Order })(({ body }) => expectTypeOf(body).toEqualTypeOf<{ pieces: number }>());
  app.http.post('/', { body: Parcel })(({ body }) => expectTypeOf(body).toEqualTypeOf<Parcel>());
  app.http.post('/', { body: 'json' })(({ body }) => expectTypeOf(body).toEqualTypeOf<unknown>());
  app.http.post('/', { body: 'text' })(({ body }) => expectTypeOf(body).toEqualTypeOf<string>());
  app.http.post('/', { body: 'raw' })(({ body }) => expectTypeOf(body).toEqualTypeOf<Buffer>());
});

typeCase('route() knows by its type what the handler gets', () => {
  app.route('q', { type: 'amqp_rabbitmq', bulkSize: 2 })((messages) => {
    expectTypeOf(messages).toEqualTypeOf<readonly AmqpMessage<unknown>[]>();
  });
  app.route('/{id:int}', { type: 'http', methods: ['GET'] })(({ params }) => {
    expectTypeOf(params.id).toEqualTypeOf<number>();
  });
  app.route('/', { type: 'sse', body: 'raw' })((events) => {
    expectTypeOf(events).toEqualTypeOf<readonly SseEvent<string>[]>();
  });
  // @ts-expect-error No overload matches this call
  app.route('/', { type: 'ftp' });
});

typeCase('hooks and repeated tasks get the app, with its state', () => {
  app.runOnStartup(({ state }) => expectTypeOf(state).toEqualTypeOf<{ count: number }>());
  app.runEvery(1_000)(({ state }, { signal }) => {
    expectTypeOf(state.count).toEqualTypeOf<number>();
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
  });
});

typeCase('the same as decorators of methods', () => {
  class Orders {
    @app.amqp.consume('q', { body: Order })
    take(messages: readonly AmqpMessage<{ pieces: number }>[]): number {
      return messages.length;
    }

    @app.http.get('/{id:int}')
    order({ params }: HttpRequest<{ id: number }>): number {
      return params.id;
    }
  }
  app.use(new Orders());
});

typeCase('a decorated method that takes something else', () => {
  class Orders {
    // @ts-expect-error Unable to resolve signature of method decorator when called as an expression
    @app.amqp.consume('q', { body: Order })
    take(_text: string): void {}
  }
  app.use(new Orders());
});
