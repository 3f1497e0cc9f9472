// Reads every RDF file of a folder with parsers of npm, strictly and without a network, and writes beside each what it
// has understood, as N-Quads: name.ttl -> name.ttl.nq. The last line of its output is the number of files.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import jsonld from 'jsonld';
import { Parser, Writer } from 'n3';

const folder = process.argv[2];
const formats = { ttl: 'text/turtle', nt: 'application/n-triples', trig: 'application/trig', nq: 'application/n-quads' };
const documentLoader = (address) => {
  throw new Error(`nothing may be fetched: ${address}`);
};

const written = (quads) =>
  new Promise((resolve, reject) => {
    const writer = new Writer({ format: 'application/n-quads' });
    writer.addQuads(quads);
    writer.end((error, text) => (error ? reject(error) : resolve(text)));
  });

async function understood(name, text) {
  const extension = name.split('.').pop();
  if (extension === 'jsonld') {
    return await jsonld.toRDF(JSON.parse(text), { format: 'application/n-quads', documentLoader, safe: true });
  }
  return await written(new Parser({ format: formats[extension] }).parse(text));
}

const names = readdirSync(folder).filter((name) => /\.(?:ttl|nt|trig|nq|jsonld)$/u.test(name));
for (const name of names) {
  const told = await understood(name, readFileSync(join(folder, name), 'utf8'));
  writeFileSync(join(folder, `${name}.told`), told);
}
process.stdout.write(`${names.length}\n`);
