import type { Mistake } from './mistake.js';

/**
 * What arrives of a value that was sent as JSON: a string for a `Date`, and for whatever else has `toJSON` what that gives; an
 * object for a `Map`, a list for a `Set`; of an instance its public properties without its methods; `null` for `undefined`.
 * What is plain data already is the very same type. What cannot be sent is a type that says so.
 *
 * The compiler sees neither the decorators of class-transformer nor which properties are getters, which do not travel.
 */
export type Jsonify<Sent> =
  IsChecked<Sent> extends true
    ? Sent extends Checked<infer Output, infer _Input>
      ? Output
      : never
    : Same<Sent, Received<Sent>>;

declare const checked: unique symbol;

/** In a message's type: what a schema takes, and what it makes of what arrives. No value has it. */
export interface Checked<Output, Input> {
  /** What the schema gives (`output`), and what it takes (`input`). */
  readonly [checked]: { readonly output: Output; readonly input: Input };
}

/** What is to be given where a value is expected: what its schema takes, or else the value. */
export type Given<Expected> =
  IsChecked<Expected> extends true
    ? Expected extends Checked<infer _Output, infer Input>
      ? Input
      : never
    : Expected;

/** n.b. `any` and `never` fit everything. */
type IsChecked<Type> = 0 extends 1 & Type
  ? false
  : [Type] extends [never]
    ? false
    : [Type] extends [Checked<unknown, unknown>]
      ? true
      : false;

/** The type as its author has named it, where both mean the same. */
type Same<Sent, Form> = [Sent, Form] extends [Form, Sent] ? Sent : Form;

type JsonForm<Sent> = unknown extends Sent
  ? Sent
  : Sent extends string | number | boolean | null | undefined
    ? Sent
    : Sent extends { toJSON(key: string): infer Told }
      ? JsonForm<Told>
      : Sent extends NoJson
        ? MistakeOf<Sent>
        : Sent extends object
          ? ObjectForm<Sent>
          : Sent;

type ObjectForm<Sent extends object> = Sent extends readonly unknown[]
  ? ListForm<Sent>
  : Sent extends ReadonlyMap<unknown, infer Value>
    ? { readonly [key: string]: JsonForm<Value> }
    : Sent extends ReadonlySet<infer Value>
      ? readonly Received<Value>[]
      : Sent extends ArrayBufferView
        ? { readonly [index: string]: number }
        : { [Key in keyof Sent as Told<Key, Sent[Key]>]: JsonForm<Sent[Key]> };

// n.b. what a tuple leaves out at its end is no null. A list is written as one, and not as a mapped type, so that the compiler
// looks at its elements later: a type such as that of all JSON values holds lists of itself.
type ListForm<Sent extends readonly unknown[]> = Sent[number][] extends Sent
  ? Sent extends unknown[]
    ? Received<Sent[number]>[]
    : readonly Received<Sent[number]>[]
  : { [Index in keyof Sent]: JsonForm<Sent[Index]> };

type Received<Value> = NullForUndefined<JsonForm<Value>>;

/** The key of what JSON tells of an object; never for methods and symbols, which it leaves out. */
type Told<Key, Value> = Key extends symbol
  ? never
  : unknown extends Value
    ? Key
    : [Exclude<Value, undefined>] extends [never]
      ? Key
      : [Exclude<Value, undefined>] extends [AnyFunction | symbol]
        ? never
        : Key;

type NullForUndefined<Form> = Form extends undefined ? null : Form;

type AnyFunction = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown);
type NoJson = bigint | symbol | AnyFunction | PromiseLike<unknown>;
type MistakeOf<Sent> = Sent extends bigint
  ? Mistake<'a bigint cannot be sent: send it as a string'>
  : Sent extends PromiseLike<unknown>
    ? Mistake<'a promise cannot be sent: await it'>
    : Mistake<'a function or a symbol cannot be sent'>;
