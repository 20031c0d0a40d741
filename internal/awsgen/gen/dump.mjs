// Prints the schema module of an AWS SDK for JavaScript client as JSON: node dump.mjs schemas_0.js
// The module is run with its imports replaced by stand-ins, so nothing else of the client is needed.
import { readFileSync } from "node:fs";

const source = readFileSync(process.argv[2], "utf8");
const imported = [...source.matchAll(/^import \{([^}]*)\} from .*$/gm)]
    .flatMap(([, names]) => names.split(","))
    .map((name) => name.trim())
    .filter(Boolean);
const stubs = imported.map((name) => `class ${name} { registerError() {} }\n`).join("");
const text = stubs + source.replace(/^import .*$/gm, "");
const module = await import("data:text/javascript;base64," + Buffer.from(text).toString("base64"));

const shapes = {};
const operations = {};

// ref names what a member refers to: the number of a simple type, or a shape, which is dumped too.
function ref(schema) {
    if (typeof schema === "function") schema = schema();
    if (!Array.isArray(schema)) return schema;
    if (typeof schema[2] !== "string") return ref(schema[0]); // a reference with traits of its own
    dump(schema);
    return schema[2];
}

function dump([kind, , name, traits, ...rest]) {
    if (name in shapes) return;
    const shape = (shapes[name] = { kind, traits });
    if (kind === 0) shape.simple = rest[0];
    else if (kind === 1) shape.member = ref(rest[0]);
    else if (kind === 2) [shape.key, shape.value] = [ref(rest[0]), ref(rest[1])];
    else {
        const [names, refs, required] = rest;
        shape.required = names.slice(0, required ?? 0);
        shape.members = names.map((member, i) => ({
            name: member,
            ref: ref(refs[i]),
            traits: Array.isArray(refs[i]) && typeof refs[i][2] !== "string" ? refs[i][1] : 0,
        }));
    }
}

for (const schema of Object.values(module)) {
    if (!Array.isArray(schema)) continue;
    if (schema[0] === 9) operations[schema[2]] = { http: schema[3].http, input: ref(schema[4]), output: ref(schema[5]) };
    else if (typeof schema[2] === "string") dump(schema);
}
console.log(JSON.stringify({ operations, shapes }));
