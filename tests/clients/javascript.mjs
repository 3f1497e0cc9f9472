// Asks queries with JavaScript clients: a line of JSON in, {client, endpoint, query, …}; a line of JSON out, with the
// answer and the requests that were sent for it, or with the client's error.
import { createInterface } from 'node:readline';
import { QueryEngine } from '@comunica/query-sparql';
import { SparqlEndpointFetcher } from 'fetch-sparql-endpoint';

const PATIENCE_MS = 30_000;
const engine = new QueryEngine();

const plain = (term) => (term.language ? { value: term.value, language: term.language } : { value: term.value });
const rowOf = (bindings) => Object.fromEntries(bindings.map(([name, term]) => [name, plain(term)]));
const tripleOf = (quad) => [quad.subject.value, quad.predicate.value, plain(quad.object)];

async function collected(stream) {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}

// Comunica finds out by itself what kind of source an address is, unless "type" says so.
async function comunica({ endpoint, query, type, turtle, isCounted }, requests) {
  const sources = [type ? { type, value: endpoint } : endpoint];
  if (turtle) sources.push({ type: 'serialized', value: turtle, mediaType: 'text/turtle', baseIRI: 'http://example.org/' });
  const counting = (address, options) => {
    requests.push({ method: options?.method ?? 'GET', address: String(address) });
    return fetch(address, options);
  };
  const result = await engine.query(query, isCounted ? { sources, fetch: counting } : { sources });
  switch (result.resultType) {
    case 'bindings':
      return (await (await result.execute()).toArray()).map((bindings) => rowOf([...bindings].map(([k, v]) => [k.value, v])));
    case 'quads':
      return (await (await result.execute()).toArray()).map(tripleOf);
    default:
      return await result.execute();
  }
}

// fetch-sparql-endpoint is told the form of the query, as its users tell it.
async function fetcher({ endpoint, query, form, method, directPost, graphs }, requests) {
  const additionalUrlParams = new URLSearchParams((graphs ?? []).map((graph) => ['default-graph-uri', graph]));
  const counting = (address, options) => {
    requests.push({ method: options.method, address: String(address), type: new Headers(options.headers).get('content-type') });
    return fetch(address, options);
  };
  const asker = new SparqlEndpointFetcher({ method, directPost, additionalUrlParams, timeout: PATIENCE_MS, fetch: counting });
  switch (form) {
    case 'ask':
      return await asker.fetchAsk(endpoint, query);
    case 'graph':
      return (await collected(await asker.fetchTriples(endpoint, query))).map(tripleOf);
    case 'update':
      return (await asker.fetchUpdate(endpoint, query)) ?? null;
    default:
      return (await collected(await asker.fetchBindings(endpoint, query))).map((row) => rowOf(Object.entries(row)));
  }
}

const clients = { comunica, fetcher };
const tooLate = () => new Promise((_, reject) => setTimeout(reject, PATIENCE_MS, new Error('no answer in time')).unref());

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const requests = [];
  let told;
  try {
    told = { answer: await Promise.race([clients[asked.client](asked, requests), tooLate()]), requests };
  } catch (error) {
    told = { error: String(error?.message ?? error), requests };
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
