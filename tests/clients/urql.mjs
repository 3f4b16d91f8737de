// urql: pages, both caches, errors, documents by their hash. Usage: node urql.mjs BASE_URL
import { Client, cacheExchange, fetchExchange } from "@urql/core";
import { cacheExchange as graphcache } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { persistedExchange } from "@urql/exchange-persisted";
import { HALF, POOL, POOLS, SWAPS, UNKNOWN } from "./lib/documents.mjs";
import { counted, tell, told } from "./lib/talk.mjs";

const [base] = told();

function normalising() {
  return graphcache({
    keys: {
      Token: (token) => token.address,
      Block: () => null,
      PoolConnection: () => null,
      SwapConnection: () => null,
    },
    resolvers: { Query: { swaps: relayPagination() } },
  });
}

function client(exchanges, fetch = globalThis.fetch) {
  return new Client({ url: `${base}/graphql`, exchanges: [...exchanges, fetchExchange], fetch, preferGetMethod: false });
}

async function data(result) {
  const { data, error } = await result;
  if (error) throw error;
  return data;
}

/** All pages; the cache puts them together. */
async function pages() {
  const urql = client([normalising()]);
  let list = (await data(urql.query(SWAPS, { first: 500 }))).swaps;
  const { block, totalCount } = list;
  let count = 1;
  while (list.pageInfo.hasNextPage) {
    list = (await data(urql.query(SWAPS, { first: 500, after: list.pageInfo.endCursor }))).swaps;
    count += 1;
  }
  tell({ swaps: list.edges.map((edge) => edge.node), pages: count, block, totalCount });
}

async function cached() {
  const { methods, fetch } = counted();
  const urql = client([normalising()], fetch);
  const list = await data(urql.query(POOLS, { first: 20 }));
  const again = await data(urql.query(POOLS, { first: 20 }));
  const [first] = list.pools.nodes;
  const one = await data(urql.query(POOL, { id: first.id }));
  const requests = methods.length;
  // the plain cache, which knows documents and no entities
  const plain = client([cacheExchange], fetch);
  await data(plain.query(POOLS, { first: 20 }));
  await data(plain.query(POOLS, { first: 20 }));
  tell({
    cache: {
      requests,
      plain: methods.length - requests,
      same: JSON.stringify(again) === JSON.stringify(list),
      pool: one.pool,
      list: list.pools,
    },
  });
}

function described({ data, error }) {
  if (!error) return { kind: "none", data };
  const errors = error.graphQLErrors.map(({ message, path, extensions }) => ({ message, path, code: extensions?.code }));
  return { kind: error.name, network: error.networkError?.message, errors, data };
}

async function errors() {
  const urql = client([]);
  const { pools } = await data(urql.query(POOLS, { first: 1 }));
  const variables = { id: pools.nodes[0].id, wrong: "0x12" };
  tell({
    errors: {
      unknown: described(await urql.query(UNKNOWN, {})),
      variable: described(await urql.query(SWAPS, { first: 0 })),
      half: described(await urql.query(HALF, variables)),
    },
    id: variables.id,
  });
}

async function persisted() {
  const { methods, fetch } = counted();
  const ask = () => {
    const urql = client([persistedExchange({ preferGetForPersistedQueries: true })], fetch);
    return data(urql.query(POOLS.replace("Pools", "UrqlPools"), { first: 3 }));
  };
  const first = await ask();
  const second = await ask();
  tell({ persisted: { methods, first: first.pools.nodes.length, second: second.pools.nodes.length } });
}

await pages();
await cached();
await errors();
await persisted();
