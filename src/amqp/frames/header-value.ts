/**
 * A value in the headers of a message. A Date is an AMQP timestamp (seconds), a Buffer a byte array; whole numbers take as many bytes
 * as they need, others are doubles, and those of 64 bits that a number cannot hold come as bigints. Decimals are
 * `{ '!': 'decimal', value: { places, digits } }`, digits a whole number of 32 bits with its sign: -1.5 has 1 place and the digits -15.
 */
export type HeaderValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | Uint8Array
  | readonly HeaderValue[]
  | { readonly [name: string]: HeaderValue };
