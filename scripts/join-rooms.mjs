import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { rollup } from 'rollup';

/**
 * Makes one file of each room that tsc has compiled, because node takes half a millisecond for every file that it loads.
 * The rooms still import each other as they do in `src`, names stay as they are, and source maps lead back.
 */
export async function joinRooms(folder) {
  const rooms = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'index.js')))
    .map(({ name }) => resolve(folder, name));
  for (const room of rooms) await joinFiles(room);
}

async function joinFiles(room) {
  const bundle = await rollup({
    input: join(room, 'index.js'),
    // What a room imports of others, of packages, and of CommonJS stays an import.
    external: (id) => id.endsWith('.cjs') || (!id.startsWith('.') && !id.startsWith(room + sep)),
    plugins: [withSourceMaps],
    onLog,
  });
  const parts = filesIn(room).filter((path) => /\.js(\.map)?$/.test(path));
  await bundle.write({
    file: join(room, 'index.js'),
    format: 'es',
    sourcemap: true,
    sourcemapExcludeSources: true,
  });
  const kept = ['index.js', 'index.js.map'].map((name) => join(room, name));
  for (const part of parts) if (!kept.includes(part)) rmSync(part);
}

/** Reads a file along with the map that tsc has written beside it. */
const withSourceMaps = {
  name: 'with source maps',
  load: (id) => ({ code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') }),
};

/** A warning of the bundler is a mistake of ours. */
function onLog(_level, { message }) {
  throw new Error(message);
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
}
