/** Messages of tables as templates: `%s`, `%v`, `%d`, `%q` and `{}` stand for whatever a release printed there. */

const PLACEHOLDER = /%(?:\+v|#v|[svdqtx])|\{\d{0,2}\}/g;

/** The fixed parts between the placeholders; one more than there are placeholders. */
export function fixedParts(template: string): string[] {
  return template.split(PLACEHOLDER);
}
