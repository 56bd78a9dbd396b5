import type { methodSpec, propertySpec } from './spec.js';

/**
 * A field-table value whose AMQP type is given rather than guessed, in amqplib's notation:
 * `{ '!': 'timestamp', value: 1700000000 }`. A `text` is one whose bytes are no UTF-8, which amqplib does not know.
 */
export interface TypedValue {
  readonly '!':
    | 'boolean'
    | 'byte'
    | 'unsignedbyte'
    | 'short'
    | 'unsignedshort'
    | 'int'
    | 'unsignedint'
    | 'long'
    | 'float'
    | 'double'
    | 'timestamp'
    | 'decimal'
    | 'text';
  readonly value:
    | boolean
    | number
    | bigint
    | { readonly places: number; readonly digits: number }
    | Uint8Array;
}

/**
 * A value in a field table. Numbers are written as the smallest of RabbitMQ's signed integers that
 * holds them, or as a double; `undefined` is left out; a `Buffer` is a byte array, a `Date` a timestamp in seconds. A 64-bit
 * integer that a number cannot hold is read as `bigint`, a text that is no UTF-8 as its bytes.
 */
export type FieldValue =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | TypedValue
  | readonly FieldValue[]
  | FieldTable;

/** An AMQP field table: arguments, headers, client and server properties. */
export interface FieldTable {
  readonly [key: string]: FieldValue;
}

/** What each kind of field is in JavaScript. */
export interface FieldKinds {
  readonly octet: number;
  readonly short: number;
  readonly long: number;
  /** A number is enough: delivery tags do not pass 2^53. */
  readonly longlong: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly shortstr: string;
  readonly longstr: Uint8Array;
  readonly bit: boolean;
  readonly table: FieldTable;
}

/** The wire kind of a field. */
export type FieldKind = keyof FieldKinds;

/** The name of a method, as in `basic.publish`. */
export type MethodName = keyof typeof methodSpec;

type Reserved = `reserved${number}`;

/** The fields of a method as they are read. */
export type MethodFields<N extends MethodName> = {
  readonly [F in Exclude<keyof (typeof methodSpec)[N]['fields'], Reserved>]: FieldKinds[Extract<
    (typeof methodSpec)[N]['fields'][F],
    FieldKind
  >];
};

/** The fields of a method as they may be given for writing: what is left out is zero, empty or false. */
export type MethodInput<N extends MethodName> = Partial<MethodFields<N>>;

/** A method read from the wire: narrow by `name` and `fields` is typed. */
export type Method = {
  [N in MethodName]: { readonly name: N; readonly fields: MethodFields<N> };
}[MethodName];

/** A method that carries content. */
export type ContentMethodName = {
  [N in MethodName]: (typeof methodSpec)[N] extends { content: true } ? N : never;
}[MethodName];

/** The properties of a message (class `basic`). */
export type Properties = {
  readonly [P in keyof typeof propertySpec]?: FieldKinds[(typeof propertySpec)[P]] | undefined;
};
