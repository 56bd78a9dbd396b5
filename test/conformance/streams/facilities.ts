import { type Eks, GenericProducer, RpcStreamCommand } from 'waybill';

/** What the streams of these tests count. */
export interface Row {
  readonly at: number;
}

/** Streams that the tests read, from wherever `eks` says. */
export function readerOf(eks: Eks) {
  return class RowReader extends GenericProducer {
    static override readonly eks = eks;

    build_stream_rows(count: number) {
      return new RpcStreamCommand<Row, { count: number }>('rows', { count });
    }
  };
}

/** All items of a stream. */
export async function all<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
