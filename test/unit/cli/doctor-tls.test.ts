import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createServer } from 'node:tls';
import { DevBroker } from 'waybill/devbroker';
import { TestAuthority } from '../../support/certificates.js';
import { Program } from '../../support/child.js';

describe('waybill doctor, by TLS', () => {
  /** A broker behind something that ends TLS, and a file with the certificate of its CA. */
  async function given(t: TestContext): Promise<{ readonly url: string; readonly ca: string }> {
    const broker = await DevBroker.start({ port: 0 });
    t.after(() => broker.close());
    using authority = await TestAuthority.create();
    const { ca, cert, key } = await authority.issue({ names: ['DNS:localhost'] });
    const target = Number(new URL(broker.url).port);
    const server = createServer({ cert, key }, (socket) => {
      const onward = connect(target, '127.0.0.1');
      socket.pipe(onward).pipe(socket);
      for (const each of [socket, onward]) each.on('error', () => {});
    });
    t.after(() => server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const folder = await mkdtemp(join(tmpdir(), 'waybill-test-'));
    t.after(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'ca.pem'), ca);
    const { port } = server.address() as AddressInfo;
    return { url: `amqps://guest:guest@localhost:${port}`, ca: join(folder, 'ca.pem') };
  }

  it('names its version, with the CA that NODE_EXTRA_CA_CERTS names', async (t) => {
    const { url, ca } = await given(t);
    const env = { WAYBILL_URL: url, NODE_EXTRA_CA_CERTS: ca };
    const program = Program.run('src/cli/waybill.ts', { args: ['doctor'], env });
    t.after(() => program.close());
    assert.deepEqual(await program.waitForEnd(), { code: 0, signal: null }, program.stderr);
    assert.match(
      program.stdout,
      /^ok {4}address: connected to amqps:\/\/guest:\*\*\*@localhost:\d+, .*by TLSv1\.\d\.$/m,
    );
  });

  it('ends with 3 where nobody it trusts has signed, and says what to do', async (t) => {
    const { url } = await given(t);
    const env = { WAYBILL_URL: url, NODE_EXTRA_CA_CERTS: undefined };
    const program = Program.run('src/cli/waybill.ts', { args: ['doctor'], env });
    t.after(() => program.close());
    assert.deepEqual(await program.waitForEnd(), { code: 3, signal: null });
    assert.match(program.stderr, /signed by nobody we trust.*NODE_EXTRA_CA_CERTS/);
  });
});
