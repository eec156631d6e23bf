/** The handle a probe gets: it refuses whatever the probe did not declare. */
import type { ClusterReader } from './reader.ts';
import type { ReadId } from './resources.ts';

/** A probe reached for something outside its declaration: our own fault, so it is an error and not a finding. */
export class UndeclaredReadError extends Error {
  constructor(read: ReadId) {
    super(`the probe did not declare that it reads ${read}`);
    this.name = 'UndeclaredReadError';
  }
}

/** `reader`, limited to `declared`. */
export function guardReader(reader: ClusterReader, declared: readonly ReadId[]): ClusterReader {
  const allow = (read: ReadId) => {
    if (!declared.includes(read)) throw new UndeclaredReadError(read);
  };
  return {
    list: async (resource, options) => {
      allow(resource);
      return reader.list(resource, options);
    },
    get: async (resource, name, namespace) => {
      allow(resource);
      return reader.get(resource, name, namespace);
    },
    log: async (options) => {
      allow('pods/log');
      return reader.log(options);
    },
    groups: async () => {
      allow('discovery');
      return reader.groups();
    },
    version: async () => {
      allow('version');
      return reader.version();
    },
  };
}
