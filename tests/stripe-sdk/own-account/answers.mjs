// Stripe's answers against Stripe's published specification, the same file that shared/stripe-spec judges the emulator by.
import { readFileSync } from "node:fs";

const { $defs } = JSON.parse(readFileSync(new URL("../../../shared/stripe-spec/openapi/responses.json", import.meta.url), "utf8"));

/**
 * What of an answer is not as the specification says: `{wrong, fresh}`, two lists of texts. `wrong` is what a client could stumble
 * over: something missing, or of another type. `fresh` are fields and values that the specification doesn't have: Stripe adds them
 * at any time, and a client has to live with them.
 */
export function judgeAnswer(answer) {
  const found = { wrong: [], fresh: [] };
  object(answer, "", found);
  return found;
}

// A list is judged with all that is in it, an event with what it happened to.
function object(value, at, found) {
  const kind = value?.object;
  const name = kind === undefined ? "error" : value.deleted === true ? `deleted_${kind}` : kind;
  if (!Object.hasOwn($defs, name)) return void found.wrong.push(`${at}: an object that is not in the specification's subset: ${name}`);
  add(found, judge($defs[name], value, at || name));
  if (kind === "list") value.data.forEach((one, n) => object(one, `${at}list/${n}`, found));
  if (kind === "event" && Object.hasOwn($defs, value.data.object.object)) object(value.data.object, `${at}event of `, found);
}

function add(into, { wrong, fresh }) {
  into.wrong.push(...wrong);
  into.fresh.push(...fresh);
}

const IS = {
  null: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  integer: Number.isInteger,
  number: (value) => typeof value === "number",
  string: (value) => typeof value === "string",
  array: Array.isArray,
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

// The keywords that shared/stripe-spec/openapi/generate.py writes for answers, and no others.
function judge(schema, value, at) {
  const found = { wrong: [], fresh: [] };
  if (schema.$ref) return judge($defs[schema.$ref.replace("#/$defs/", "")], value, at);
  if (schema.anyOf) {
    const weight = ({ wrong, fresh }) => wrong.length * 1_000 + fresh.length;
    return schema.anyOf.map((one) => judge(one, value, at)).sort((a, b) => weight(a) - weight(b))[0];
  }
  if (schema.type && !IS[schema.type](value)) found.wrong.push(`${at}: not of type ${schema.type}`);
  else if (schema.enum && !schema.enum.includes(value)) found.fresh.push(`${at}: a value that is none of the known ones`);
  else if (schema.pattern && !new RegExp(schema.pattern).test(value)) found.wrong.push(`${at}: does not fit ${schema.pattern}`);
  else if (schema.type === "array" && schema.items) value.forEach((one, n) => add(found, judge(schema.items, one, `${at}/${n}`)));
  else if (schema.type === "object") {
    for (const name of schema.required ?? []) if (!Object.hasOwn(value, name)) found.wrong.push(`${at}/${name}: missing`);
    for (const [name, one] of Object.entries(value)) {
      const its = schema.properties?.[name] ?? schema.additionalProperties;
      if (its === false) found.fresh.push(`${at}/${name}: a field that is not in the specification`);
      else if (typeof its === "object") add(found, judge(its, one, `${at}/${name}`));
    }
  }
  return found;
}
