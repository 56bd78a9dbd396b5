import { expectTypeOf } from 'expect-type';
import {
  type Connected,
  MessageProcessor,
  nestPattern,
  nestRmq,
  type OpenCall,
  plainJson,
  producerOf,
  type Wire,
} from 'waybill';
import { z } from 'zod';
import { typeCase } from './type-case.js';

typeCase('a wire is what plainJson and nestRmq give', () => {
  class Right extends MessageProcessor {
    static override readonly wire: Wire = plainJson({ name: { header: 'x-event' } });
  }
  // @ts-expect-error Class static side 'typeof Uncalled' incorrectly extends base class static side 'typeof MessageProcessor'.
  class Uncalled extends MessageProcessor {
    static override readonly wire = nestRmq;
  }
  // @ts-expect-error Type '"keys"' is not assignable to type
  plainJson({ name: 'keys' });
  return [Right, Uncalled];
});

typeCase('a contract has its types on any wire', () => {
  class Shop extends producerOf({
    rpc_price: { parameters: z.object({ pieces: z.number() }), answer: z.number() },
  }) {
    static override readonly wire = nestRmq();
    static override readonly names = { price: nestPattern({ cmd: 'price', of: { version: 1 } }) };
  }
  const shop = {} as Connected<typeof Shop>;
  expectTypeOf(shop.rpc_price({ pieces: 1 })).toEqualTypeOf<OpenCall<number>>();
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  shop.rpc_price({ pieces: 'one' });
  // @ts-expect-error Type 'null' is not assignable to type 'NestPattern'.
  nestPattern({ cmd: null });
});

typeCase('what no handler is for goes to a queue by its name', () => {
  class Right extends MessageProcessor {
    static override readonly unhandled = { passTo: 'orders.old' };
  }
  // @ts-expect-error Class static side 'typeof Wrong' incorrectly extends base class static side 'typeof MessageProcessor'.
  class Wrong extends MessageProcessor {
    static override readonly unhandled = { passto: 'orders.old' };
  }
  return [Right, Wrong];
});
