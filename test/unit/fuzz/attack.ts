import fc from 'fast-check';
import { RawPeer } from '../../parity/raw-peer.js';
import { within } from '../../parity/wait.js';
import { hostileBytes } from './hostile-bytes.js';

/** How far an attacker goes in good order before it turns. */
type Stage = 'stranger' | 'greeted' | 'connected' | 'on a channel';

export interface Attack {
  readonly stage: Stage;
  readonly bytes: readonly Buffer[];
  /** Whether the bytes go out one by one. */
  readonly dripping: boolean;
  /** Whether the socket is destroyed in the middle instead of ended. */
  readonly vanishing: boolean;
}

const attack: fc.Arbitrary<Attack> = fc.record({
  stage: fc.constantFrom<Stage>(
    'stranger',
    'greeted',
    'connected',
    'on a channel',
    'on a channel',
    'on a channel',
  ),
  bytes: fc.array(hostileBytes, { minLength: 1, maxLength: 12 }),
  dripping: fc.nat({ max: 9 }).map((n) => n === 0),
  vanishing: fc.nat({ max: 4 }).map((n) => n === 0),
});

/** Attackers that come at the same time. */
export const attacks: fc.Arbitrary<readonly Attack[]> = fc.array(attack, { minLength: 1, maxLength: 6 });

/** Carries an attack out. Resolves when the broker has ended the socket, which it must once we have. */
export async function carryOut(url: string, { stage, bytes, dripping, vanishing }: Attack): Promise<void> {
  const peer = await RawPeer.connect(url);
  try {
    await reach(peer, stage);
    for (const part of bytes) send(peer, part, dripping);
    if (vanishing) return;
    peer.socket.end();
    if (!peer.socket.closed) await within('the broker to end the socket', closed(peer));
  } finally {
    peer.destroy();
  }
}

/** Not by `once`, which rejects for a reset: that is how a socket ends whose last bytes nobody has read. */
function closed({ socket }: RawPeer): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

async function reach(peer: RawPeer, stage: Stage): Promise<void> {
  if (stage === 'greeted') await peer.greet();
  if (stage === 'connected' || stage === 'on a channel') await peer.open();
  if (stage === 'on a channel') await peer.openChannel();
}

function send(peer: RawPeer, bytes: Buffer, dripping: boolean): void {
  const pieces = dripping ? Array.from(bytes.subarray(0, 500), (byte) => Buffer.of(byte)) : [bytes];
  for (const piece of pieces) peer.write(piece);
}
