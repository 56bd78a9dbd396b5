import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FigureBook } from '../../../src/telemetry/figure-book.js';

const lines = (book: FigureBook): string[] => book.text().trimEnd().split('\n');

describe('a book of figures', () => {
  it('counts, each set of attributes for itself, and says so as Prometheus reads it', () => {
    const book = new FigureBook();
    const sent = book.createCounter('messaging.sent', { unit: '{message}', description: 'Sent.' });
    sent.add(1, { 'a.b': 'x', c: 1 });
    sent.add(2, { c: 1, 'a.b': 'x' });
    sent.add(5, { 'a.b': 'a "quoted"\nline\\' });
    assert.deepEqual(lines(book), [
      '# HELP messaging_sent_total Sent.',
      '# TYPE messaging_sent_total counter',
      'messaging_sent_total{a_b="x",c="1"} 3',
      'messaging_sent_total{a_b="a \\"quoted\\"\\nline\\\\"} 5',
    ]);
  });

  it('tells how many were at most as large as each bound, their sum and their number', () => {
    const book = new FigureBook();
    const advice = { explicitBucketBoundaries: [0.1, 1] };
    const took = book.createHistogram('took', { unit: 's', advice, description: 'Took.' });
    for (const value of [0.05, 0.1, 0.5, 7]) took.record(value);
    assert.deepEqual(lines(book).slice(2), [
      'took_seconds_bucket{le="0.1"} 2',
      'took_seconds_bucket{le="1"} 3',
      'took_seconds_bucket{le="+Inf"} 4',
      'took_seconds_sum 7.65',
      'took_seconds_count 4',
    ]);
  });

  it('goes on with a figure that is asked for again', () => {
    const book = new FigureBook();
    for (let round = 0; round < 2; round++) book.createCounter('seen', { description: 'Seen.' }).add(1);
    assert.deepEqual(lines(book), ['# HELP seen_total Seen.', '# TYPE seen_total counter', 'seen_total 2']);
  });

  it('looks at what is only looked at each time that it is read, and forgets what is not there any more', () => {
    const book = new FigureBook();
    let queues = ['a', 'b'];
    const waiting = book.createObservableGauge('waiting', { description: 'Waiting.' });
    book.addBatchObservableCallback((figures) => {
      for (const queue of queues) figures.observe(waiting, queue.length, { queue });
    });
    assert.deepEqual(lines(book).slice(2), ['waiting{queue="a"} 1', 'waiting{queue="b"} 1']);
    queues = ['bb'];
    assert.deepEqual(lines(book).slice(2), ['waiting{queue="bb"} 2']);
  });

  it('has nothing to say of what was never measured, and keeps so many series and no more', () => {
    const book = new FigureBook();
    const seen = book.createCounter('seen', { description: 'Seen.' });
    assert.equal(book.text(), '');
    for (let key = 0; key < 3_000; key++) seen.add(1, { key });
    const told = lines(book).slice(2);
    assert.equal(told.length, 1_001);
    assert.equal(told.at(-1), 'seen_total{otel_metric_overflow="true"} 2000');
  });
});
