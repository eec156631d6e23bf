/** Validates objects against the schemas of CustomResourceDefinitions, unknown fields included: what an API server would prune is an error here. */
import { parseAllDocuments } from 'yaml';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

/** Schemas by `apiVersion/kind`. */
export function readSchemas(yaml: string): Map<string, Schema> {
  const schemas = new Map<string, Schema>();
  for (const doc of parseAllDocuments(yaml)) {
    const crd = doc.toJS();
    if (crd?.kind !== 'CustomResourceDefinition') continue;
    for (const { name, schema } of crd.spec.versions)
      if (schema?.openAPIV3Schema)
        schemas.set(`${crd.spec.group}/${name}/${crd.spec.names.kind}`, schema.openAPIV3Schema);
  }
  return schemas;
}

/** What is wrong with the value, each with its path; empty when nothing is. */
export function violations(schema: Schema, value: unknown, path = ''): string[] {
  const say = (message: string) => [`${path || '.'}: ${message}`];
  if (schema['x-kubernetes-int-or-string'])
    return typeof value === 'string' || Number.isInteger(value) ? [] : say('is neither number nor string');
  if (schema.enum && !schema.enum.includes(value))
    return say(`is ${JSON.stringify(value)}, not one of ${schema.enum.join(', ')}`);
  const found = [...combined(schema, value, path)];
  switch (schema.type) {
    case 'object':
      return [...found, ...objectViolations(schema, value, path)];
    case 'array':
      if (!Array.isArray(value)) return say('is no list');
      if (schema.maxItems !== undefined && value.length > schema.maxItems) found.push(...say('is too long'));
      return [
        ...found,
        ...value.flatMap((item, i) => (schema.items ? violations(schema.items, item, `${path}[${i}]`) : [])),
      ];
    case 'string':
      if (typeof value !== 'string') return say('is no string');
      if (schema.pattern && !new RegExp(schema.pattern, 'u').test(value))
        found.push(...say(`does not match ${schema.pattern}`));
      if (schema.maxLength !== undefined && value.length > schema.maxLength)
        found.push(...say('is too long'));
      return found;
    case 'integer':
      return Number.isInteger(value) ? found : say('is no integer');
    case 'number':
      return typeof value === 'number' ? found : say('is no number');
    case 'boolean':
      return typeof value === 'boolean' ? found : say('is no boolean');
    default:
      return found;
  }
}

function objectViolations(schema: Schema, value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [`${path || '.'}: is no object`];
  const found: string[] = [];
  for (const name of schema.required ?? [])
    if (!Object.hasOwn(value, name)) found.push(`${path}.${name}: is required`);
  for (const [name, inner] of Object.entries(value)) {
    // Every object has these; a CRD need not say so.
    if (path === '' && ['apiVersion', 'kind', 'metadata'].includes(name)) continue;
    const known = schema.properties?.[name];
    if (known) found.push(...violations(known, inner, `${path}.${name}`));
    else if (typeof schema.additionalProperties === 'object')
      found.push(...violations(schema.additionalProperties, inner, `${path}.${name}`));
    else if (schema.properties && !schema['x-kubernetes-preserve-unknown-fields'])
      found.push(`${path}.${name}: is no field of this kind`);
  }
  return found;
}

/** `oneOf` and the like say which fields, and which of their values, may stand together in these schemas. */
function combined(schema: Schema, value: unknown, path: string): string[] {
  const holds = (one: Schema, at: unknown = value): boolean =>
    (!one.enum || one.enum.includes(at)) &&
    (one.required ?? []).every((name) => Object.hasOwn(Object(at), name)) &&
    Object.entries(one.properties ?? {}).every(
      ([name, inner]) =>
        !Object.hasOwn(Object(at), name) || holds(inner, (at as Record<string, unknown>)[name]),
    ) &&
    !(one.not && holds(one.not, at)) &&
    (!one.anyOf || one.anyOf.some((other) => holds(other, at)));
  if (schema.oneOf && schema.oneOf.filter((one) => holds(one)).length !== 1)
    return [`${path || '.'}: fields stand together that exclude one another, or none of them is there`];
  return [];
}
