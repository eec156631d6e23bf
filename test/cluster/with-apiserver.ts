/** A group of tests with one real API server; skipped, saying why, where there are no programs to start. */
import { afterAll, beforeAll, describe } from 'vitest';
import { type ApiServer, startApiServer } from './apiserver.ts';
import { BUILD_DEADLINE, binariesForTests } from './binaries.ts';

/** `tests` gets a function that gives the server once it runs: inside tests and hooks, not while they are defined. */
export async function describeWithApiServer(
  title: string,
  tests: (server: () => ApiServer) => void,
): Promise<void> {
  const binaries = await binariesForTests();
  if ('missing' in binaries) {
    // The default reporter counts skipped tests without their names.
    console.warn(`skipped: ${title}: ${binaries.missing}`);
    describe.skip(`${title} (skipped: ${binaries.missing})`, () =>
      tests(() => {
        throw new Error('a skipped test ran');
      }));
    return;
  }
  describe(title, () => {
    let server: ApiServer | undefined;
    beforeAll(async () => {
      server = await startApiServer(binaries);
    }, BUILD_DEADLINE);
    afterAll(() => server?.stop());
    tests(() => server!);
  });
}
