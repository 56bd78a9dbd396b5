// What a signature costs: `node --conditions=waybill-source --import=tsx bench/identity/run.ts`. Prints microseconds
// of CPU for one message, the median of rounds: other programs on the machine count less so.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Identity, KeyRing } from '../../src/identity/index.js';

const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
const keys = new KeyRing([
  { id: 'pair', alg: 'ed25519', public: String(x), private: String(d), names: ['shop'] },
  { id: 'secret', alg: 'hmac-sha256', secret: randomBytes(32).toString('base64url'), names: ['shop'] },
]);
const verifier = new Identity({ verify: 'enforce', keys }, 'desk');

function medianUs(count: number, work: () => unknown): number {
  const rounds = Array.from({ length: 9 }, () => {
    const begun = process.cpuUsage();
    for (let at = 0; at < count; at++) work();
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / count;
  });
  return rounds.sort((one, other) => one - other)[4] as number;
}

for (const [sign, count] of [
  ['secret', 5_000],
  ['pair', 500],
] as const) {
  for (const bytes of [200, 2_000, 20_000]) {
    const signer = new Identity({ sign, keys }, 'shop');
    const properties = {
      messageId: 'Xq3.000001',
      type: 'order',
      contentType: 'application/json',
      deliveryMode: 2,
      timestamp: 1_800_000_000,
      headers: { 'x-waybill-deadline': 30_000, 'x-waybill-sent': 1_800_000_000_000 },
    };
    const message = {
      exchange: 'orders',
      routingKey: 'order.new',
      content: randomBytes(bytes),
      properties,
      mandatory: true,
    };
    const signed = signer.sign(message);
    const arrived = { ...signed, queue: 'desk', name: 'shop', isFirst: true, once: false };
    const [signUs, verifyUs] = [() => signer.sign(message), () => verifier.verify(arrived)].map((work) =>
      medianUs(count, work),
    );
    console.log(
      `${sign === 'pair' ? 'Ed25519' : 'HMAC'} ${bytes} bytes: sign ${signUs?.toFixed(1)} µs, verify ${verifyUs?.toFixed(1)} µs`,
    );
  }
}
