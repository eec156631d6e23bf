/** Why does no pod come to be at all? The object that should make it holds the API server's refusal. */
import type { KubeObject } from '../../cluster/reader.ts';
import { type Facts, named, type Probe, type Sight } from '../probe.ts';
import { hasLabels, items, labelsOf, nameOf, namespaceOf, text, timeAt } from '../shared/fields.ts';
import { sight } from '../shared/mesh.ts';
import { lastSeen } from '../shared/pod-events.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

/** Texts of the API server and of istiod's injector; the first that fits decides. */
const REASONS: readonly (readonly [string, (message: string) => boolean])[] = [
  ['webhook', (message) => message.includes('failed calling webhook')],
  ['quota', (message) => /exceeded quota|must specify limits|failed quota/.test(message)],
  ['pod-security', (message) => message.includes('violates PodSecurity')],
  ['injection', isInjection],
  ['other-webhook', (message) => message.includes('denied the request')],
  [
    'service-account',
    (message) => /serviceaccount "[^"]{1,253}" not found|error looking up service account/.test(message),
  ],
];

function isInjection(message: string): boolean {
  if (/injection template|failed to (?:run|parse) (?:injection|(?:the )?template)/.test(message)) return true;
  if (message.includes('denied the request')) return /sidecar-injector|injector\.istio/.test(message);
  // The template was valid before a webhook changed it; only Istio's containers make it Istio's doing.
  return /is invalid:/.test(message) && /istio-(?:proxy|init|validation)/.test(message);
}

export const replicasetEvents: Probe = {
  reads: ['replicasets.apps', 'events'],
  needs: ['namespace'],
  answers: REASONS.map(([answer]) => answer),
  async look(reader, facts) {
    const options = { namespace: facts.namespace };
    const sets = await reader.list('replicasets.apps', options);
    return judgeCreation(sets, await reader.list('events', options), facts);
  },
};

/** One refusal: of whom, when, in which words. */
interface Refusal {
  readonly owner: string;
  readonly time: number;
  readonly message: string;
  readonly sight: Sight;
}

/**
 * The newest refusal of every maker of pods that the case may mean. Several makers that are refused for different
 * reasons decide nothing. No event is no answer either: events live an hour.
 */
export function judgeCreation(
  sets: readonly KubeObject[],
  events: readonly KubeObject[],
  facts: Facts,
): Judgement {
  const own = [...conditionsOf(sets, facts), ...refusalsIn(events, sets, facts)];
  const newest = new Map<string, Refusal>();
  for (const one of own) {
    const other = newest.get(one.owner);
    if (other === undefined || one.time > other.time) newest.set(one.owner, one);
  }
  const last = [...newest.values()];
  const sights = last.map((one) => one.sight);
  const answers = new Set(last.map(({ message }) => REASONS.find(([, fits]) => fits(message))?.[0]));
  const [answer] = answers;
  if (answers.size !== 1 || answer === undefined)
    return seen(sight('replicasets', 'refusals', String(last.length)), ...sights);
  return say(answer, sights);
}

function conditionsOf(sets: readonly KubeObject[], facts: Facts): Refusal[] {
  return sets
    .filter((set) => isMeant(set, facts))
    .flatMap((set) =>
      items(set, 'status', 'conditions')
        .filter((one) => text(one, 'type') === 'ReplicaFailure' && text(one, 'status') === 'True')
        .map((one) => {
          const message = text(one, 'message');
          const owner = named('replicaset', nameOf(set), namespaceOf(set));
          const time = timeAt(one, 'lastTransitionTime') || 0;
          return { owner: nameOf(set), time, message, sight: sight(owner, 'ReplicaFailure', message) };
        }),
    );
}

/** Makers of pods other than ReplicaSets have no such condition: their events are all there is. */
const MAKERS = ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'];

function refusalsIn(events: readonly KubeObject[], sets: readonly KubeObject[], facts: Facts): Refusal[] {
  return events.flatMap((event) => {
    const kind = text(event, 'involvedObject', 'kind');
    const name = text(event, 'involvedObject', 'name');
    const message = text(event, 'message');
    if (text(event, 'reason') !== 'FailedCreate' || !MAKERS.includes(kind) || message === '') return [];
    const set = kind === 'ReplicaSet' ? sets.find((one) => nameOf(one) === name) : undefined;
    // A refusal that a ReplicaSet no longer has is over.
    if (kind === 'ReplicaSet' && (!set || !isMeant(set, facts) || isFull(set))) return [];
    if (kind !== 'ReplicaSet' && !isNamed(name, facts)) return [];
    const owner = named(kind.toLowerCase(), name, facts.namespace);
    return [
      { owner: name, time: lastSeen(event), message, sight: sight(owner, 'event FailedCreate', message) },
    ];
  });
}

function isFull(set: KubeObject): boolean {
  const wanted = (set as { spec?: { replicas?: unknown } }).spec?.replicas;
  const has = (set as { status?: { replicas?: unknown } }).status?.replicas;
  return typeof wanted === 'number' && typeof has === 'number' && has >= wanted;
}

function isMeant(set: KubeObject, facts: Facts): boolean {
  const { app } = facts;
  if (app !== undefined && hasLabels(labelsOf(set), { app })) return true;
  return isNamed(nameOf(set), facts);
}

/** Whether a name is the workload's or made from it; every name where the case names none. */
function isNamed(name: string, { workload, app, pod, service }: Facts): boolean {
  const known = [workload, app, service].filter((one) => one !== undefined);
  if (known.length === 0 && pod === undefined) return true;
  return (
    known.some((one) => name === one || name.startsWith(`${one}-`)) || pod?.startsWith(`${name}-`) === true
  );
}
