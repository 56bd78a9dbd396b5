// What is measured of a process before its first message. It stands in a file of its own: after a message all would be there anyway.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageProcessor } from 'waybill';
import { collectFigures } from 'waybill/telemetry';
import { useStage } from '../../support/stage/stage.js';
import { RecordedTelemetry } from '../../support/telemetry.js';

class Idle extends MessageProcessor {}
Idle.handle('command', 'nothing', () => {});

const byQueue = ['waybill.inflight', 'waybill.waiting'] as const;
const byProcess = ['waybill.outbox.messages', 'waybill.unconfirmed', 'waybill.reconnects'] as const;

describe('figures of a component that has had no message', () => {
  const stage = useStage();

  it('are there in an SDK that is registered', async (t) => {
    const telemetry = new RecordedTelemetry();
    telemetry.register(t);
    const place = await stage.place();
    await stage.start(t, Idle, place);
    const figures = await telemetry.figures();
    for (const name of [...byQueue, ...byProcess])
      assert.equal(figures.get(name)?.dataPoints[0]?.value, 0, name);
  });

  it('are there as text, from the first look on, and so is how late the event loop was', async (t) => {
    const figures = collectFigures();
    const place = await stage.place();
    await stage.start(t, Idle, place);
    const lines = figures.text().split('\n');
    for (const name of byQueue)
      assert.ok(
        lines.some((line) => line.startsWith(`${name.replace('.', '_')}{`) && line.includes(place.queue)),
        name,
      );
    for (const name of ['waybill_parked', 'waybill_retries', 'messaging_client_consumed_messages'])
      assert.ok(
        lines.some(
          (line) => line.startsWith(`${name}_total{`) && line.includes(place.queue) && line.endsWith('} 0'),
        ),
        name,
      );
    const late = (): number => Number(/^waybill_event_loop_delay_seconds (\S+)$/m.exec(figures.text())?.[1]);
    assert.ok(late() >= 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const until = performance.now() + 300;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(late() >= 0.2, `${late()}`);
    assert.ok(late() >= 0.2, 'for the next one who asks, too');
  });
});
