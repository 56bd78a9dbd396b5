// Begins to write into a file of SQLite, and never ends: sqlite-writer.ts <file> <table>.
import { openSqlite } from '../../support/databases/sqlite.js';

const [file, table] = process.argv.slice(2) as [string, string];
const database = openSqlite(file);
database.exec('BEGIN IMMEDIATE');
database.exec(`INSERT INTO ${table} (number) VALUES (-1)`);
console.log('works');
setInterval(() => database, 60_000);
