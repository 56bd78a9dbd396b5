// Writes test/fixtures/identity-vectors.json, the same each time. A vector that changes is another format: others have implemented this one.
import { writeFileSync } from 'node:fs';
import { writtenVectors } from '../../test/support/identity-vectors.js';

const path = new URL('../../test/fixtures/identity-vectors.json', import.meta.url);
writeFileSync(path, `${JSON.stringify(writtenVectors(), undefined, 2)}\n`);
