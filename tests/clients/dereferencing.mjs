// A client that knows HTTP and RDF and nothing of this server: from one IRI it follows properties from document to
// document. Told as JSON in its arguments: {start, base, server, path: [{property, backwards}], wanted}. It asks for IRIs
// below the base, which its fetch sends to the server; every other host is refused.
import { rdfDereferencer } from 'rdf-dereference';

const { start, base, server, path, wanted } = JSON.parse(process.argv[2]);
const documents = new Set();

const mapped = async (address, options) => {
  const asked = String(address);
  if (asked.startsWith(base)) return await fetch(server + asked.slice(base.length), options);
  if (asked.startsWith(server)) return await fetch(asked, options);
  throw new Error(`refused: ${asked}`);
};

async function told(iri) {
  const { data } = await rdfDereferencer.dereference(iri, { fetch: mapped });
  documents.add(iri.split('#')[0]);
  const quads = [];
  for await (const quad of data) quads.push(quad);
  return quads;
}

let here = [start];
for (const { property, backwards } of path) {
  const found = new Set();
  for (const iri of here) {
    for (const quad of await told(iri)) {
      if (quad.predicate.value !== property) continue;
      const [from, to] = backwards ? [quad.object, quad.subject] : [quad.subject, quad.object];
      if (from.value === iri) found.add(to.value);
    }
  }
  here = [...found];
}
const answers = [];
for (const iri of here) {
  for (const quad of await told(iri)) {
    if (quad.subject.value === iri && quad.predicate.value === wanted) answers.push({ iri, value: quad.object.value });
  }
}
process.stdout.write(JSON.stringify({ answers, documents: [...documents] }));
