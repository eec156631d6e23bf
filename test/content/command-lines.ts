/**
 * The command lines a flow may print: sub-commands and flags of kubectl, istioctl, az, gcloud and helm that exist.
 * Taken from the programs' reference pages (kubectl 1.34, istioctl 1.30, az 2.8x, gcloud 5xx, helm 3 and 4).
 */

/** Sub-command -> its flags. `_` holds what every sub-command of the program takes. */
export const PROGRAMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  kubectl: {
    _: '-n --namespace --context --as',
    annotate: '--overwrite -l',
    'api-resources': '--api-group --cached',
    'api-versions': '',
    apply: '-f --dry-run --server-side',
    'auth can-i': '-A --all-namespaces',
    'auth whoami': '',
    autoscale: '--min --max --cpu-percent',
    'cluster-info': '',
    'config current-context': '',
    'config get-contexts': '',
    create: '--from-file --dry-run -o --cert --key --from',
    debug: '-it --image --target',
    delete: '-A --field-selector -l --ignore-not-found',
    describe: '-l',
    drain: '--ignore-daemonsets --delete-emptydir-data',
    edit: '',
    exec: '-c -it',
    explain: '--recursive',
    get: '-L -l --sort-by -o --show-labels --field-selector -A --all-namespaces --ignore-not-found --raw -v -f --no-headers --watch --show-managed-fields',
    label: '--overwrite -l',
    logs: '-l --selector --tail --since -c --prefix --timestamps --all-containers --previous --follow --max-log-requests',
    patch: '--type -p',
    'port-forward': '',
    'rollout restart': '-l',
    'rollout status': '--timeout -l',
    'rollout undo': '--to-revision',
    'rollout history': '',
    run: '--rm -i --restart --image --dry-run --labels',
    scale: '--replicas',
    top: '-l -A --containers --sort-by',
    version: '',
    wait: '--for --timeout --all -l',
  },
  istioctl: {
    _: '-n --namespace -i --istioNamespace --context',
    analyze: '--all-namespaces -A --revision --failure-threshold -k --use-kube --suppress',
    'bug-report': '--include --exclude --istio-namespace',
    'create-remote-secret': '--name',
    install: '--revision -y -f --set',
    'kube-inject': '-f',
    'proxy-config all': '-o --output',
    'proxy-config cluster': '-o --fqdn --port --direction',
    'proxy-config endpoint': '-o --cluster --port',
    'proxy-config listener': '-o --port',
    'proxy-config log': '--level',
    'proxy-config rootca-compare': '',
    'proxy-config route': '-o --name',
    'proxy-config secret': '-o',
    'proxy-status': '--revision -v --verbosity',
    'remote-clusters': '',
    'tag list': '',
    'tag remove': '-y',
    'tag set': '--revision --overwrite',
    uninstall: '--revision --purge -y',
    validate: '-f',
    version: '',
    'waypoint apply': '--enroll-namespace --wait --for --name',
    'waypoint list': '-A',
    'waypoint status': '',
    'x authz check': '',
    'x check-inject': '',
    'x describe': '',
    'x precheck': '',
    'ztunnel-config policies': '',
    'ztunnel-config services': '--service-namespace',
    'ztunnel-config workloads': '--workload-namespace',
    'ztunnel-config certificates': '',
  },
  az: {
    _: '-g --resource-group -n --name -o --output --query --help',
    'aks disable-addons': '--addons',
    'aks enable-addons': '--addons',
    'aks get-credentials': '',
    'aks get-upgrades': '',
    'aks mesh disable': '',
    'aks mesh enable':
      '--revision --key-vault-id --ca-cert-object-name --ca-key-object-name --root-cert-object-name --cert-chain-object-name',
    'aks mesh enable-egress-gateway': '',
    'aks mesh enable-ingress-gateway': '--ingress-gateway-type',
    'aks mesh disable-ingress-gateway': '--ingress-gateway-type',
    'aks mesh get-revisions': '--location',
    'aks mesh get-upgrades': '',
    'aks mesh upgrade complete': '',
    'aks mesh upgrade rollback': '',
    'aks mesh upgrade start': '--revision',
    'aks nodepool scale': '--cluster-name --node-count',
    'aks show': '',
    'aks update': '--enable-gateway-api --tier --enable-azure-monitor-metrics',
    'aks upgrade': '--kubernetes-version',
    'keyvault show': '',
    'network list-usages': '--location',
    'network nsg rule list': '--nsg-name',
    'role assignment create': '--role --assignee-object-id --assignee-principal-type --scope --assignee',
  },
  gcloud: {
    _: '--project --format --filter --limit --sort-by',
    'beta container fleet mesh debug bug-report': '--membership --location',
    'beta container fleet mesh debug proxy-config': '--membership --location --type',
    'beta container fleet mesh debug proxy-status': '--membership --location',
    'compute addresses list': '',
    'compute firewall-rules list': '',
    'compute firewall-rules update': '--allow',
    'compute regions describe': '',
    'container clusters create': '--region --location',
    'container clusters describe': '--location',
    'container clusters resize': '--node-pool --num-nodes --location',
    'container clusters update': '--location --gateway-api --fleet-project --workload-pool',
    'container fleet memberships list': '',
    'container fleet mesh describe': '',
    'container fleet mesh enable': '',
    'container fleet mesh update': '--management --memberships --location',
    'container node-pools create': '--cluster --location --num-nodes --machine-type',
    'container node-pools list': '--cluster --location',
    'container node-pools update': '--cluster --location --workload-metadata',
    'container operations list': '',
    'logging read': '',
    'projects add-iam-policy-binding': '--member --role',
    'projects get-iam-policy': '--flatten',
    'services enable': '',
  },
  helm: {
    _: '-n --namespace',
    delete: '',
    get: '',
    list: '-A',
    rollback: '',
    status: '',
    upgrade:
      '--reset-then-reuse-values --reuse-values --set --set-string --set-file --install --version --create-namespace --wait -f',
  },
};

/** Names of one thing that istioctl takes in the plural and in the singular. */
const ALIASES: Readonly<Record<string, string>> = {
  clusters: 'cluster',
  endpoints: 'endpoint',
  listeners: 'listener',
  routes: 'route',
  secrets: 'secret',
};

/** Segments of a shell line (split at pipes, `;`, `&&`, `$(…)`), each as words without their quotes. */
export function segmentsOf(line: string): string[][] {
  const segments: string[][] = [[]];
  let word = '';
  let isWord = false;
  let quote = '';
  const push = () => {
    if (isWord) segments.at(-1)!.push(word);
    word = '';
    isWord = false;
  };
  for (const char of line) {
    if (quote) {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      isWord = true;
    } else if (/\s/.test(char)) push();
    else if ('|;&()'.includes(char)) {
      push();
      segments.push([]);
    } else {
      word += char;
      isWord = true;
    }
  }
  push();
  return segments.filter((words) => words.length > 0);
}

/** What does not exist in a segment, empty where all is known. */
export function unknownIn(words: readonly string[]): string[] {
  const [program, ...rest] = words;
  const known = PROGRAMS[program!];
  if (!known) return [];
  const end = rest.indexOf('--');
  const own = end === -1 ? rest : rest.slice(0, end);
  const plain = own
    .filter((word) => !word.startsWith('-'))
    .map((word) => (program === 'istioctl' ? (ALIASES[word] ?? word) : word));
  const verb = Object.keys(known)
    .filter((name) => name !== '_' && name.split(' ').every((part, i) => plain[i] === part))
    .sort((a, b) => b.length - a.length)[0];
  if (!verb) return [`${program} ${plain.slice(0, 3).join(' ')} is no command`];
  const flags = new Set(`${known._} ${known[verb]}`.split(' '));
  return own
    .filter((word) => word.startsWith('-') && word !== '-')
    .map((word) => word.split('=')[0]!)
    .filter((flag) => !flags.has(flag))
    .map((flag) => `${program} ${verb} has no ${flag}`);
}
