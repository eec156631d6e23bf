/** Keys and certificates for a test, made by openssl: an authority, a server on this machine, and users. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** File names of PEM. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

export interface Certificates {
  readonly ca: KeyPair;
  /** For localhost and 127.0.0.1. */
  readonly server: KeyPair;
  /** By name. */
  readonly users: Readonly<Record<string, KeyPair>>;
  /** Signs tokens; it needs no certificate. */
  readonly tokens: { readonly key: string };
}

/** `groups` has the one group of each user, as the API server reads them from a certificate's organisation. */
export function certificates(folder: string, groups: Readonly<Record<string, string>> = {}): Certificates {
  mkdirSync(folder, { recursive: true });
  const ca = authority(folder);
  const signed = (name: string, subject: string, extension: string): KeyPair => {
    const pair = { key: join(folder, `${name}.key`), cert: join(folder, `${name}.crt`) };
    const request = join(folder, `${name}.csr`);
    const extensions = join(folder, `${name}.ext`);
    writeFileSync(extensions, `${extension}\n`);
    openssl(['req', '-new', ...NEW_KEY, '-keyout', pair.key, '-out', request, '-subj', subject]);
    const by = ['-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial'];
    openssl(['x509', '-req', '-in', request, ...by, '-out', pair.cert, '-days', '2', '-extfile', extensions]);
    return pair;
  };
  const users = Object.entries(groups).map(
    ([name, group]) => [name, signed(name, `/O=${group}/CN=${name}`, 'extendedKeyUsage=clientAuth')] as const,
  );
  const tokens = { key: join(folder, 'tokens.key') };
  openssl(['genrsa', '-out', tokens.key, '2048']);
  return {
    ca,
    server: signed(
      'server',
      '/CN=localhost',
      'extendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1',
    ),
    users: Object.fromEntries(users),
    tokens,
  };
}

/** An authority alone: one that signed nothing, for a client that must not trust. */
export function authority(folder: string): KeyPair {
  mkdirSync(folder, { recursive: true });
  const pair = { key: join(folder, 'ca.key'), cert: join(folder, 'ca.crt') };
  openssl([
    ...[
      'req',
      '-x509',
      ...NEW_KEY,
      '-keyout',
      pair.key,
      '-out',
      pair.cert,
      '-days',
      '2',
      '-subj',
      '/CN=test',
    ],
    ...['-addext', 'keyUsage=critical,keyCertSign,digitalSignature'],
  ]);
  return pair;
}

/** A server on this machine that is its own authority. */
export function selfSigned(folder: string): KeyPair {
  const pair = { key: join(folder, 'server.key'), cert: join(folder, 'server.crt') };
  openssl([
    ...['req', '-x509', ...NEW_KEY, '-keyout', pair.key, '-out', pair.cert, '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
  ]);
  return pair;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
