import { expectTypeOf } from 'expect-type';
import { type ErrorHop, hopsOf, RemoteError, registerError } from 'waybill';
import { typeCase } from './type-case.js';

class OrderNotFound extends Error {
  constructor(readonly orderId: number) {
    super('There is no such order.');
  }
}

typeCase('a class of errors is registered with fields that it has', () => {
  registerError(OrderNotFound, { fields: ['orderId'] });
  registerError(OrderNotFound);
  // @ts-expect-error Did you mean '"orderId"'?
  registerError(OrderNotFound, { fields: ['ordrId'] });
  // @ts-expect-error Argument of type 'DateConstructor' is not assignable
  registerError(Date);
});

typeCase('of any error one may ask whom it has passed', () => {
  expectTypeOf(hopsOf(new Error('x'))).toEqualTypeOf<readonly ErrorHop[]>();
  expectTypeOf(new RemoteError('x').original).toEqualTypeOf<Error | undefined>();
});
