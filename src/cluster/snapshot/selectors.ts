/** Label and field selectors as the API server reads them. */
import { type KubeObject, LookError } from '../reader.ts';
import { at, text } from './field.ts';

/** Whether the object fulfils both selectors. Rejects with LookError what cannot be read: an empty list would be a lie. */
export function selectorOf(
  labelSelector: string | undefined,
  fieldSelector: string | undefined,
): (object: KubeObject) => boolean {
  const labels = termsOf(labelSelector).map(labelTerm);
  const fields = termsOf(fieldSelector).map(fieldTerm);
  return (object) =>
    labels.every((holds) => holds((key) => labelOf(object, key))) && fields.every((holds) => holds(object));
}

function labelOf(object: KubeObject, key: string): string | undefined {
  const value = at(object, 'metadata', 'labels', key);
  return typeof value === 'string' ? value : undefined;
}

type LabelTerm = (label: (key: string) => string | undefined) => boolean;

function labelTerm(term: string): LabelTerm {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(term);
  if (set) {
    const values = set[3]!.split(',').map((one) => one.trim());
    const isIn = set[2] === 'in';
    return (label) => {
      const value = label(set[1]!);
      // As Kubernetes has it: `notin` and `!=` hold for objects without the label.
      return value === undefined ? !isIn : values.includes(value) === isIn;
    };
  }
  const pair = /^([^\s!=]+)\s*(!=|==?)\s*([^\s!=]*)$/.exec(term);
  if (pair) return (label) => (label(pair[1]!) === pair[3]) === (pair[2] !== '!=');
  const name = /^(!?)\s*([^\s!=()]+)$/.exec(term);
  if (name) return (label) => (label(name[2]!) === undefined) === (name[1] === '!');
  throw unreadable(term);
}

/** Fields that the API server selects by and probes ask for. */
const FIELDS =
  /^(metadata|involvedObject)\.(name|namespace|kind|uid)$|^status\.phase$|^spec\.nodeName$|^(type|reason)$/;

function fieldTerm(term: string): (object: KubeObject) => boolean {
  const pair = /^([A-Za-z.]+)\s*(!=|==?)\s*([^\s!=]*)$/.exec(term);
  if (!pair || !FIELDS.test(pair[1]!)) throw unreadable(term);
  const path = pair[1]!.split('.');
  return (object) => (text(object, ...path) === pair[3]) === (pair[2] !== '!=');
}

/** Splits at the commas outside of parentheses. */
function termsOf(selector = ''): string[] {
  const terms: string[] = [];
  let depth = 0;
  let term = '';
  for (const sign of selector) {
    if (sign === '(') depth++;
    if (sign === ')') depth--;
    if (sign === ',' && depth === 0) {
      terms.push(term);
      term = '';
    } else term += sign;
  }
  return [...terms, term].map((one) => one.trim()).filter((one) => one !== '');
}

const unreadable = (term: string) => new LookError('failed', `selector: ${term.slice(0, 120)}`);
