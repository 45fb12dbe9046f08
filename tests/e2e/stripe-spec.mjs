// Stripe's specification for suites that are not Rust: the same file that shared/stripe-spec judges by.
import { readFileSync } from "node:fs";

const { operations } = JSON.parse(readFileSync(new URL("../../shared/stripe-spec/openapi/requests.json", import.meta.url), "utf8"));

/** A form as Stripe reads it: `a[0][b]=c&d[]=e`. Every leaf is a text. */
export function decode(form) {
  const root = {};
  for (const [name, value] of new URLSearchParams(form)) {
    const path = name.split("[").map((part) => part.replace(/\]$/, ""));
    let at = root;
    path.forEach((part, depth) => {
      const key = part === "" ? String(Object.keys(at).length) : part;
      at = at[key] ??= depth === path.length - 1 ? value : {};
    });
  }
  return lists(root);
}

function lists(value) {
  if (typeof value === "string") return value;
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every((key, at) => key === String(at))) return keys.map((key) => lists(value[key]));
  return Object.fromEntries(keys.map((key) => [key, lists(value[key])]));
}

/** What is wrong with a request: a list, empty when nothing is. */
export function misfits(method, path, form) {
  const names = Object.keys(operations).filter((name) => {
    const [itsMethod, template] = name.split(" ");
    const [own, theirs] = [path.split("/"), template.split("/")];
    return itsMethod === method && own.length === theirs.length && own.every((part, at) => part === theirs[at] || theirs[at].startsWith("{"));
  });
  const name = names.sort((a, b) => a.split("{").length - b.split("{").length)[0];
  if (!name) return [`${method} ${path} is not in the specification's subset`];
  return judge(operations[name][method === "GET" ? "query" : "body"], decode(form), "");
}

// The keywords that shared/stripe-spec/openapi/generate.py writes for requests, and no others.
function judge(schema, value, at) {
  if (schema.anyOf) return schema.anyOf.some((one) => judge(one, value, at).length === 0) ? [] : [`${at}: fits none of the forms it may have`];
  if (schema.enum && !schema.enum.includes(value)) return [`${at}: ${value} is none of ${schema.enum.length} known values`];
  if (schema.type === "array") return Array.isArray(value) ? value.flatMap((one, n) => judge(schema.items, one, `${at}/${n}`)) : [`${at}: not a list`];
  if (schema.type === "object") {
    if (typeof value !== "object" || Array.isArray(value)) return [`${at}: not an object`];
    const missing = (schema.required ?? []).filter((key) => !(key in value)).map((key) => `${at}/${key}: missing`);
    const there = Object.entries(value).flatMap(([key, one]) => {
      const its = schema.properties?.[key] ?? schema.additionalProperties;
      if (its === false) return [`${at}/${key}: unknown`];
      return typeof its === "object" ? judge(its, one, `${at}/${key}`) : [];
    });
    return [...missing, ...there];
  }
  if (schema.type === "string" && typeof value !== "string") return [`${at}: not a text`];
  if (schema.pattern && !new RegExp(schema.pattern).test(value)) return [`${at}: ${value} does not fit ${schema.pattern}`];
  return schema.maxLength !== undefined && value.length > schema.maxLength ? [`${at}: too long`] : [];
}
