/** What one line tells by its own words: the table of patterns, and the names and numbers they read. */

import { SHORT_FLAGS } from './access-log/response-flags.ts';
import { AhoCorasick } from './aho-corasick.ts';
import type { ClaimFact } from './fact-claims.ts';

interface Reader {
  /** Plain text that must stand in the line; saves trying the pattern. */
  readonly hint: string;
  readonly pattern: RegExp;
  /** Fact of each group, in order; '' ignores the group. */
  readonly names: readonly string[];
  readonly weight: number;
}

const NAME = '[a-z0-9](?:[-a-z0-9.]{0,250}[a-z0-9])?';
const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';

const reader = (hint: string, pattern: string, names: readonly string[], weight = 2): Reader => ({
  hint,
  pattern: new RegExp(pattern, 'g'),
  names,
  weight,
});

/** DO stands in sentences in capitals too, and there it is no flag. */
const FLAG = `(${SHORT_FLAGS.filter((flag) => flag !== 'DO').join('|')})`;
const flagBeside = (code: string): Reader =>
  reader(code, `(?:^|[\\s"'(])${code}[,:;]? {0,2}[(\\[]?${FLAG}(?![\\w-])`, ['flag'], 2);

const READERS: readonly Reader[] = [
  ...['503', '504', '502', '500', '404', '403', '401', '408', '426', '429'].map(flagBeside),
  reader('lag', `(?:\\b|_)[fF]lags?["']?[ :=]{1,3}["']?${FLAG}(?![\\w-])`, ['flag'], 2),
  reader('标志', `标志(?:是|为)?[ :：]?${FLAG}(?![\\w-])`, ['flag'], 2),
  reader('플래그', `플래그[가는이]?[ :]{0,2}${FLAG}(?![\\w-])`, ['flag'], 2),
  reader(' flag', `(?:^|[\\s"'(])${FLAG} flag\\b`, ['flag'], 2),
  reader('sidecar~', `\\bsidecar~[\\da-f.:]{3,45}~(${LABEL})\\.(${LABEL})~`, ['pod', 'namespace'], 3),
  reader('ACK ERROR ', `\\bACK ERROR (${LABEL})\\.(${LABEL})-\\d+ `, ['pod', 'namespace'], 3),
  reader('for node:', `\\bfor node:(${LABEL})\\.(${LABEL})(?=[ -]|$)`, ['pod', 'namespace'], 3),
  reader('pod="', `\\bpod="(${LABEL})/(${NAME})"`, ['namespace', 'pod'], 3),
  reader('pod "', `\\b[pP]od "(${LABEL})"/"(${NAME})"`, ['namespace', 'pod'], 3),
  reader('od "', `\\b[pP]od "(${NAME})" (?:in|of) namespace "?(${LABEL})\\b`, ['pod', 'namespace'], 3),
  reader('for pod ', `\\bfor pod "(${NAME})"`, ['pod']),
  reader('in pod ', `\\bin pod "(${NAME})"`, ['pod']),
  reader('of pod', `\\bof pod (${LABEL})_(${LABEL})\\b`, ['pod', 'namespace']),
  reader(' pod=', `\\bpod=(${LABEL})_(${LABEL})\\(`, ['pod', 'namespace'], 3),
  reader('namespace "', `\\bnamespaces? "(${LABEL})"`, ['namespace']),
  reader('"namespace":', `"namespace"\\s?:\\s?"(${LABEL})"`, ['namespace'], 1),
  reader('ontainer "', `\\b[cC]ontainer "(${LABEL})" in [pP]od "(${NAME})"`, ['container', 'pod'], 3),
  reader('container=', `\\bfailed container=(${LABEL})\\b`, ['container']),
  reader('webhook "', `\\bwebhook "([a-z0-9.-]{3,120})"`, ['webhook'], 3),
  reader('//istiod', `//istiod(?:-(${LABEL}))?\\.(${LABEL})\\.svc\\b`, ['revision', 'istio-namespace'], 3),
  reader('istio.io/rev', `\\bistio\\.io/rev[=:]\\s?"?(${LABEL})\\b`, ['revision'], 2),
  reader('injector-', `\\bistio-sidecar-injector-(${LABEL})\\b`, ['revision'], 1),
  reader('no matches for kind', `no matches for kind "(\\w{2,60})"`, ['kind'], 3),
  reader('[IST', `\\[IST\\d{4}\\] \\((\\w{2,60}) (${LABEL})/(${NAME})`, ['kind', 'namespace', 'resource'], 3),
  reader('[IST', `\\[IST\\d{4}\\] \\((\\w{2,60}) (${NAME})[ )]`, ['kind', 'resource'], 2),
  reader('ecret', `\\b[sS]ecrets? "(${NAME})"`, ['secret']),
  reader('ecret ', `\\b[sS]ecret (${LABEL})/(${NAME}) not found`, ['namespace', 'secret'], 3),
  reader('image "', `\\b[iI]mage "([\\w.:/@-]{3,250})"`, ['image']),
  reader('proxyv2:', `\\bproxyv2:(1\\.\\d{1,2}\\.\\d{1,2})\\b`, ['istio-version'], 2),
  reader('client version', `\\bclient version: (1\\.\\d{1,2}\\.\\d{1,2})`, ['istio-version'], 1),
  reader('control plane version', `control plane version: (1\\.\\d{1,2}\\.\\d{1,2})`, ['istio-version'], 3),
  reader('Server Version', `Server Version: v?(1\\.\\d{1,2}\\.\\d{1,2})`, ['kubernetes-version'], 3),
  reader('kubelet, ', `\\bkubelet, (${NAME})\\s`, ['node']),
  reader('src.workload=', `src\\.workload="(${NAME})"`, ['client-pod'], 3),
  reader('src.namespace=', `src\\.namespace="(${LABEL})"`, ['client-namespace'], 3),
  reader('dst.workload=', `dst\\.workload="(${NAME})"`, ['pod'], 3),
  reader('dst.service=', `dst\\.service="(${NAME})"`, ['host'], 3),
  reader('dst.service=', `dst\\.service="(${LABEL})\\.(${LABEL})\\.svc`, ['service', 'namespace'], 3),
  reader('Get "', `\\bGet "(https?://[!#-~]{3,400})"`, ['url'], 1),
  reader('Post "', `\\bPost "(https?://[!#-~]{3,400})"`, ['url'], 1),
  reader('dial tcp', `\\bdial tcp (\\d{1,3}(?:\\.\\d{1,3}){3}):\\d`, ['ip'], 1),
  reader('ECONNREFUSED', `ECONNREFUSED (\\d{1,3}(?:\\.\\d{1,3}){3}):(\\d{1,5})`, ['ip', 'port'], 1),
  reader(
    'outbound|',
    `\\boutbound\\|(\\d{1,5})\\|[\\w.-]{0,60}\\|(${LABEL})\\.(${LABEL})\\.svc\\b`,
    ['port', 'service', 'namespace'],
    2,
  ),
  reader('outbound|', `\\boutbound\\|\\d{1,5}\\|[\\w.-]{0,60}\\|(${NAME})`, ['host'], 2),
  reader('HTTP/', `^<? ?HTTP/[\\d.]{1,3} ([1-5]\\d\\d)\\b`, ['code'], 2),
  reader('Could not resolve host', `Could not resolve host:? (${NAME})`, ['host'], 3),
  reader('no such host', `lookup (${NAME})(?: on [\\d.:]{3,60})?: no such host`, ['host'], 3),
];

/** Each hint once: one pass over a line tells which readers have anything to read there. */
const HINTS = [...new Set(READERS.map(({ hint }) => hint))];
const HINT_FINDER = new AhoCorasick(HINTS);
const READERS_OF_HINT: readonly (readonly Reader[])[] = HINTS.map((hint) =>
  READERS.filter((one) => one.hint === hint),
);

const COMMAND_READERS: readonly Reader[] = [
  reader('-n', `\\s-n[ =]?(${LABEL})(?=\\s|$|\\|)`, ['namespace'], 2),
  reader('--namespace', `\\s--namespace[ =](${LABEL})(?=\\s|$)`, ['namespace'], 2),
  reader('--context', `\\s--context[ =]([\\w.@:/-]{1,120})(?=\\s|$)`, ['context'], 3),
  reader('--revision', `\\s--revision[ =](${LABEL})(?=\\s|$)`, ['revision'], 3),
  reader(' logs ', `\\slogs (?:-f )?(?:pods?/)?(${NAME})(?=\\s|$)`, ['pod'], 2),
  reader(' pod', `\\s(?:describe|get|delete) (?:pod|po|pods) (${NAME})(?=\\s|$)`, ['pod'], 2),
  reader(' exec ', `\\sexec (?:-it |-ti |-i )?(?:pod/)?(${NAME})(?=\\s|$)`, ['pod'], 2),
  reader(' -c', `\\s-c[ =]?(${LABEL})(?=\\s|$)`, ['container'], 2),
];

const PLATFORM_SIGNS: readonly { readonly platform: string; readonly pattern: RegExp }[] = [
  {
    platform: 'aks',
    pattern:
      /aks-istio-(?:system|ingress)|azure-service-mesh|azmk8s\.io|\baz aks\b|\basm-1-\d\d\b|microsoft\.containerservice/i,
  },
  {
    platform: 'gke',
    pattern:
      /\basm-managed|gcloud[. ]container|gke-managed|\bgke_[\w-]+_|mesh\.googleapis|meshconfig\.googleapis|anthos|\basmcli\b|mdp-controller/i,
  },
];

/**
 * Claims what a line tells, sanitised and cut by the caller; `line` is 1-based. A line of a `kubectl` or `istioctl`
 * command tells more: what its options name.
 */
export function claimFromLine(text: string, line: number, isCommand: boolean, claim: ClaimFact): void {
  for (const hint of hintsIn(text)) read(READERS_OF_HINT[hint]!, text, line, claim);
  if (isCommand) read(COMMAND_READERS, text, line, claim);
  for (const sign of PLATFORM_SIGNS) {
    const found = sign.pattern.exec(text);
    if (found !== null) {
      const { index } = found;
      claim('platform', sign.platform, { line, start: index, end: index + found[0].length, text }, 1);
    }
  }
}

function read(readers: readonly Reader[], text: string, line: number, claim: ClaimFact): void {
  for (const { hint, pattern, names, weight } of readers) {
    if (!text.includes(hint)) continue;
    let count = 0;
    for (const found of text.matchAll(pattern)) {
      let at = found.index;
      names.forEach((name, group) => {
        const value = found[group + 1];
        if (name === '' || value === undefined || value === '') return;
        at = text.indexOf(value, at);
        claim(name, value, { line, start: at, end: at + value.length, text }, weight);
        at += value.length;
      });
      if (++count >= 4) break;
    }
  }
}

/** Indexes of the hints in a line, in the order of the readers, so that equal claims keep their order. */
function hintsIn(text: string): number[] {
  const found: number[] = [];
  HINT_FINDER.scan(text, (hint) => {
    if (!found.includes(hint)) found.push(hint);
  });
  return found.length > 1 ? found.sort((a, b) => a - b) : found;
}
