// Writes docs/errors.md: `npm run errors:docs`.
import { writeFileSync } from 'node:fs';
import { errorsPage, PAGE } from './page.js';

writeFileSync(PAGE, errorsPage());
