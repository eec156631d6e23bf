/** Commands shown to a person: no program or sub-command that does not exist (any more). */

/** Programs a command of a flow may call. */
const PROGRAMS = new Set(
  'unmesh kubectl istioctl az gcloud asmcli curl openssl helm docker grep awk sed sort uniq head tail jq tr cut wc base64 xargs for while do done until seq sleep date echo printf cat diff dig nslookup nc ss netstat iptables-save iptables ip6tables-save sh bash ps crictl journalctl systemctl timedatectl chronyc ntpq grpcurl sudo watch ping traceroute ulimit cp mkdir ls sha256sum column test true exit tee python3 aws ctr nft ip lsmod modprobe getenforce uname cd make if then fi else'.split(
    ' ',
  ),
);

/** Sub-commands that older guides print and that are gone; each with what to write instead. */
const GONE: readonly (readonly [RegExp, string])[] = [
  [
    /\bistioctl\s+verify-install\b/,
    '`istioctl verify-install` was removed in 1.24; use `istioctl analyze` and rollout status',
  ],
  [/\bistioctl\s+(proxy-config|pc)\s+authz\b/, 'it is `istioctl x authz check <pod>`'],
  [/\bistioctl\s+authn\b/, '`istioctl authn tls-check` is gone; use `istioctl x describe pod`'],
  [
    /\bistioctl\s+(operator|profile|manifest\s+apply)\b/,
    'the operator and profile commands are gone; use `istioctl install`',
  ],
  [
    /\bistioctl\s+(x|experimental)\s+(revision|remote-clusters|wait|injector|add-to-mesh|remove-from-mesh|uninstall)\b/,
    'this experimental command moved or is gone',
  ],
  [/\bbase64\s+-w/, '`base64 -w` is not there on macOS; use `base64 | tr -d "\\n"`'],
  [/\bkubectl\s+get\s+[^|]*--export\b/, '`--export` was removed'],
];

/** What is wrong with a command line, empty when nothing is. */
export function lintCommand(text: string): string[] {
  const messages = GONE.filter(([old]) => old.test(text)).map(([, instead]) => instead);
  for (const part of text.split('|')) messages.push(...lintGet(part.trim().split(/\s+/)));
  const first = text.trim().split(/\s+/)[0] ?? '';
  const program = first.replace(/^[A-Z_]+=.*$/, 'sh').replace(/^\(/, '');
  if (!PROGRAMS.has(program))
    messages.push(`starts with "${first}", which is none of the programs a command may call`);
  if (/[\u201c\u201d\u2018\u2019\u2013\u2014]/.test(text))
    messages.push('has a typographic quote or dash; a shell needs plain ones');
  for (const quote of ['"', "'"]) {
    if (quote === '"' ? count(text.replace(/'[^']*'/g, ''), '"') % 2 : false)
      messages.push('has an unbalanced quote');
  }
  return messages;
}

/** Arguments that kubectl accepts each alone and refuses together; tried on a real API server. */
function lintGet(words: readonly string[]): string[] {
  const [program, verb, kinds = '', name = '-'] = words;
  if (program !== 'kubectl' || (verb !== 'get' && verb !== 'describe')) return [];
  const messages: string[] = [];
  const isEverywhere = words.includes('-A') || words.includes('--all-namespaces');
  if (isEverywhere && !kinds.startsWith('-') && !name.startsWith('-'))
    messages.push('nothing is got by name in all namespaces; use `--field-selector metadata.name=<name>`');
  if (kinds.includes(',') && words.some((word) => word.startsWith('--sort-by')))
    messages.push('several kinds cannot be sorted where one has no objects; print the field and use `sort`');
  return messages;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
