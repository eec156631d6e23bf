/**
 * Typed values read from a paste, each with its place. A wrong namespace in a command is worse than a
 * placeholder: a value is taken only where its meaning is certain, and two equal claims cancel each other.
 */
import { claimFromAccessLog } from './access-log/facts.ts';
import { plainTwin } from './clean.ts';
import type { Claim, ClaimFact } from './fact-claims.ts';
import { claimFromLine } from './fact-readers.ts';
import { claimFromDescription, claimFromEvent, claimFromRow } from './object-facts.ts';
import type { Record } from './records/split.ts';
import type { Fact } from './types.ts';

/** Records looked at for facts; those with an error in them always come in addition. */
const MAX_RECORDS = 600;
const MAX_LINE = 3000;

/** Namespaces of the mesh itself: never the namespace of the workload that suffers. */
const MESH_NAMESPACE =
  /^(?:istio-system|aks-istio-system|aks-istio-ingress|aks-istio-egress|asm-system|istio-operator|kube-system)$/;
/** Words that stand where a name may stand, and are none. */
const NO_NAME =
  /^(?:default-scheduler|my-[a-z-]+|your-[a-z-]+|x+|[a-z]|pod|pods|deploy|deployment|the|is|was|not|app|name|namespace)$/;

/** Gathers the claims of all records of a paste, then decides which of them are facts. */
export class FactCollector {
  readonly #claims: Claim[] = [];
  #records = 0;

  /** `decisive` says that an error was recognised in the record. */
  add(record: Record, decisive: boolean): void {
    if (this.#claims.length > 4000) return;
    if (!decisive && this.#records++ > MAX_RECORDS) return;
    if (record.kind === 'access') claimFromAccessLog(record, this.#claim);
    const isCommand =
      record.kind === 'command' &&
      (record.fields.component === 'kubectl' || record.fields.component === 'istioctl');
    record.lines.forEach((line, i) => {
      const text = plainTwin(line.length > MAX_LINE ? line.slice(0, MAX_LINE) : line);
      claimFromLine(text, record.line + i, isCommand, this.#claim);
    });
    if (record.kind === 'event') claimFromEvent(record, this.#claim);
    if (record.kind === 'row') claimFromRow(record, this.#claim);
    claimFromDescription(record, this.#claim);
  }

  /** One fact per name. `decisive` are the lines that decided the match. */
  finish(decisive: ReadonlySet<number>): Fact[] {
    const byName = new Map<string, Map<string, { claim: Claim; weight: number; decisive: boolean }>>();
    for (const claim of this.#claims) {
      const values = byName.get(claim.name) ?? new Map();
      byName.set(claim.name, values);
      const isDecisive = decisive.has(claim.from.line);
      const known = values.get(claim.value);
      if (known === undefined) values.set(claim.value, { claim, weight: claim.weight, decisive: isDecisive });
      else if (
        Number(isDecisive) > Number(known.decisive) ||
        (isDecisive === known.decisive && claim.weight > known.weight)
      )
        values.set(claim.value, { claim, weight: claim.weight, decisive: isDecisive });
    }
    const facts: Fact[] = [];
    for (const values of byName.values()) {
      const ranked = [...values.values()].sort(
        (a, b) => Number(b.decisive) - Number(a.decisive) || b.weight - a.weight,
      );
      const [first, second] = ranked;
      if (first === undefined) continue;
      if (second !== undefined && second.decisive === first.decisive && second.weight === first.weight)
        continue;
      facts.push({ name: first.claim.name, value: first.claim.value, from: first.claim.from });
    }
    return facts.sort((a, b) => a.from.line - b.from.line || a.from.start - b.from.start);
  }

  /** Drops words that are no names, and keeps the mesh's own namespaces apart from the workload's. */
  readonly #claim: ClaimFact = (name, value, from, weight) => {
    if (NO_NAME.test(value) && name !== 'platform') return;
    if (name === 'namespace' && MESH_NAMESPACE.test(value)) {
      if (/istio/.test(value) && /system/.test(value)) this.#claim('istio-namespace', value, from, weight);
      return;
    }
    this.#claims.push({ name, value, weight, from });
  };
}
