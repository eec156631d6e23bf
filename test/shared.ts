/** The one place that names what may lie beside the project; tests that use it skip, visibly, when it is absent. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../shared/', import.meta.url));

/** The folder of working material, `undefined` where it is absent. */
export const SHARED: string | undefined = existsSync(folder) ? folder : undefined;
