/**
 * What unmesh may run: read-only verbs of kubectl and istioctl, each with the options it may have. Everything that is
 * not here is refused, so an option of a later release is refused until somebody has looked at it.
 * Sources: `kubectl help` 1.34, `istioctl help` 1.30.
 */

/** How an option's value is judged. `flag` stands alone (or has `=true`, `=false`). */
export type OptionKind = 'flag' | 'word' | 'number' | 'output' | 'api-path';

export interface Verb {
  /** Option as typed -> kind. Two spellings of one option are two entries. */
  readonly options: Readonly<Record<string, OptionKind>>;
  /** The least and the most arguments after the verb. */
  readonly args: readonly [number, number];
  /** The arguments name kinds of objects, so that Secrets can be told apart. */
  readonly isOfKinds?: true;
  /** Values of `-o`, up to their `=`. */
  readonly outputs?: readonly string[];
}

/** `flags` and `words`: names apart by a blank. */
function verb(
  args: Verb['args'],
  { flags = '', words = '', numbers = '', outputs = '', isOfKinds = false, raw = false } = {},
): Verb {
  const entries = (names: string, kind: OptionKind) =>
    names.split(' ').flatMap((name): [string, OptionKind][] => (name ? [[name, kind]] : []));
  return {
    args,
    options: Object.fromEntries([
      ...entries(flags, 'flag'),
      ...entries(words, 'word'),
      ...entries(numbers, 'number'),
      ...entries(outputs ? '-o --output' : '', 'output'),
      ...entries(raw ? '--raw' : '', 'api-path'),
    ]),
    ...(outputs ? { outputs: outputs.split(' ') } : {}),
    ...(isOfKinds ? { isOfKinds } : {}),
  };
}

/** Taken before and after every verb. `--context` is compared with the cluster the person agreed to. */
export const EVERYWHERE: Readonly<Record<string, Readonly<Record<string, OptionKind>>>> = {
  kubectl: { '-n': 'word', '--namespace': 'word', '--context': 'word', '--request-timeout': 'word' },
  istioctl: {
    '-n': 'word',
    '--namespace': 'word',
    '-i': 'word',
    '--istioNamespace': 'word',
    '--context': 'word',
  },
};

// What writes no file: the formats that name one (jsonpath-file, go-template-file, …) are left out.
const TABLES = 'wide name json yaml jsonpath jsonpath-as-json custom-columns';
const MANY = '-A --all-namespaces';
const SELECT = '-l --selector --field-selector';
const TEXT = 'json yaml short';

const top = verb([0, 1], {
  flags: `${MANY} --containers --no-headers --sum`,
  words: `${SELECT} --sort-by`,
});
const proxyConfig = verb([1, 1], {
  flags: '--verbose --waypoint',
  words: '--fqdn --subset --direction --address --status --cluster --type --name',
  numbers: '--port',
  outputs: `${TEXT} envoy`,
});
const ztunnelConfig = verb([0, 1], {
  words: '--node --workload-namespace --service-namespace --policy-namespace --address',
  outputs: TEXT,
});
const describe = verb([1, 1], { flags: '--ignoreUnmeshed' });

/** Program -> words of the verb -> what may follow. A name that is no verb of the program would call a plugin. */
export const ALLOWED: Readonly<Record<string, Readonly<Record<string, Verb>>>> = {
  kubectl: {
    get: verb([0, 8], {
      flags: `${MANY} --show-labels --ignore-not-found --no-headers --show-managed-fields --show-kind`,
      words: `${SELECT} -L --label-columns --sort-by`,
      numbers: '--chunk-size',
      outputs: TABLES,
      isOfKinds: true,
      raw: true,
    }),
    describe: verb([1, 8], { flags: `${MANY} --show-events`, words: '-l --selector', isOfKinds: true }),
    logs: verb([0, 2], {
      flags: '--prefix --timestamps --all-containers --all-pods -p --previous --ignore-errors',
      words: '-l --selector -c --container --since --since-time',
      numbers: '--tail --limit-bytes --max-log-requests',
    }),
    events: verb([0, 0], {
      flags: `${MANY} --no-headers`,
      words: '--for --types',
      outputs: 'json yaml',
    }),
    'top pod': top,
    'top pods': top,
    'top node': top,
    'top nodes': top,
    version: verb([0, 0], { flags: '--client', outputs: 'json yaml' }),
    'cluster-info': verb([0, 0]),
    'api-resources': verb([0, 0], {
      flags: '--cached --namespaced --no-headers',
      words: '--api-group --verbs --categories --sort-by',
      outputs: 'wide name',
    }),
    'api-versions': verb([0, 0]),
    'auth can-i': verb([0, 3], {
      flags: `${MANY} --list -q --quiet --no-headers`,
      words: '--subresource',
    }),
    'auth whoami': verb([0, 0], { outputs: 'json yaml' }),
    explain: verb([1, 1], { flags: '--recursive', words: '--api-version' }),
    'rollout history': verb([1, 2], { words: '-l --selector', numbers: '--revision' }),
    'config current-context': verb([0, 0]),
    'config get-contexts': verb([0, 0]),
  },
  istioctl: {
    analyze: verb([0, 0], {
      flags: `${MANY} --color -k --use-kube --recursive --list-analyzers -L`,
      words: '--revision -r --failure-threshold --output-threshold --suppress -S --timeout',
      outputs: 'log json yaml',
    }),
    'proxy-status': verb([0, 1], {
      words: '--revision -r',
      numbers: '-v --verbosity',
      outputs: 'table json',
    }),
    ...Object.fromEntries(
      ['all', 'bootstrap', 'cluster', 'ecds', 'endpoint', 'listener', 'route', 'secret'].map((kind) => [
        `proxy-config ${kind}`,
        proxyConfig,
      ]),
    ),
    'proxy-config rootca-compare': verb([2, 2]),
    ...Object.fromEntries(
      ['all', 'certificate', 'connections', 'policy', 'service', 'workload'].map((kind) => [
        `ztunnel-config ${kind}`,
        ztunnelConfig,
      ]),
    ),
    version: verb([0, 0], { flags: '--remote -s --short', words: '--revision -r', outputs: 'json yaml' }),
    'tag list': verb([0, 0], { outputs: 'table json' }),
    'waypoint list': verb([0, 0], { flags: MANY }),
    'waypoint status': verb([0, 1]),
    'remote-clusters': verb([0, 0], { words: '--revision -r' }),
    'x describe pod': describe,
    'x describe service': describe,
    'x authz check': verb([1, 1]),
    'x check-inject': verb([0, 1], { words: '-l --labels' }),
    'x precheck': verb([0, 0], { words: '--revision -r --from-version' }),
  },
};

/** Another spelling of a verb's word -> the one above. */
export const SPELLINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  kubectl: {},
  istioctl: {
    pc: 'proxy-config',
    ps: 'proxy-status',
    experimental: 'x',
    zc: 'ztunnel-config',
    clusters: 'cluster',
    endpoints: 'endpoint',
    listeners: 'listener',
    routes: 'route',
    secrets: 'secret',
    certificates: 'certificate',
    policies: 'policy',
    services: 'service',
    workloads: 'workload',
    svc: 'service',
  },
};
