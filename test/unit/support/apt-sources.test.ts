import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findMirror } from '../../support/apt-sources.js';

const DEB822 = `# A comment
Types: deb
# The address:
URIs: https://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: https://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;

function mirrorIn(text: string, name = 'debian.sources', codename = 'bookworm'): string | undefined {
  return findMirror(new Map([[name, text]]), codename);
}

describe("the mirror of this machine's apt sources", () => {
  it('is found in the format of .sources files', () => {
    assert.equal(mirrorIn(DEB822), 'https://mirror.example/debian');
  });

  it('is found where fields are folded, written otherwise, or several', () => {
    const text =
      'types: deb-src deb\nuris:\n  cdrom:[x]/\n  http://a.example/debian\nSUITES: sid\nComponents:\tmain contrib\n';
    assert.equal(mirrorIn(text), 'http://a.example/debian');
  });

  it('is not taken from what is switched off, from sources of source code, or from those of others', () => {
    const of = (fields: string): string => `${fields}\nURIs: http://a.example/debian\nSuites: bookworm\n`;
    assert.equal(mirrorIn(of('Types: deb\nEnabled: no\nComponents: main')), undefined);
    assert.equal(mirrorIn(of('Types: deb-src\nComponents: main')), undefined);
    assert.equal(mirrorIn(of('Types: deb\nComponents: contrib')), undefined);
    assert.equal(
      mirrorIn('Types: deb\nURIs: http://a.example\nSuites: tool-bookworm\nComponents: main'),
      undefined,
    );
  });

  it('is found in the one-line format of .list files, with and without options', () => {
    const plain =
      '# deb http://not.example/debian bookworm main\ndeb http://a.example/debian bookworm main contrib # x\n';
    assert.equal(mirrorIn(plain, 'sources.list'), 'http://a.example/debian');
    const options = 'deb [arch=amd64 signed-by=/a.gpg] https://a.example/debian stable main\n';
    assert.equal(mirrorIn(options, 'sources.list'), 'https://a.example/debian');
  });

  it('is not that of security updates, of source code or of a single tool', () => {
    const others = [
      'deb http://a.example/debian-security bookworm-security main',
      'deb-src http://a.example/debian bookworm main',
      'deb https://b.example/apt tool-bookworm main',
      'deb cdrom:[Debian]/ bookworm main',
    ];
    assert.equal(mirrorIn(others.join('\n'), 'sources.list'), undefined);
  });

  it('is the first of several files', () => {
    const files = new Map([
      ['a.list', 'deb https://b.example/apt tool main\n'],
      ['debian.sources', DEB822],
    ]);
    assert.equal(findMirror(files, 'bookworm'), 'https://mirror.example/debian');
    assert.equal(findMirror(new Map(), 'bookworm'), undefined);
  });
});
