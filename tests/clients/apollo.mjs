// Apollo Client: pages, cache, errors, documents by their hash. Usage: node apollo.mjs BASE_URL
import { createHash } from "node:crypto";
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { relayStylePagination } from "@apollo/client/utilities";
import { filter, firstValueFrom } from "rxjs";
import { HALF, POOL, POOLS, SWAPS, UNKNOWN } from "./lib/documents.mjs";
import { counted, tell, told } from "./lib/talk.mjs";

const [base] = told();

/** As docs/api.md says: what has no `id` is told apart by its address, or by nothing. */
function cache() {
  return new InMemoryCache({
    typePolicies: {
      Query: { fields: { swaps: relayStylePagination(["chain", "pool", "account"]) } },
      Token: { keyFields: ["address"] },
    },
  });
}

function client(fetch) {
  return new ApolloClient({ link: new HttpLink({ uri: `${base}/graphql`, fetch }), cache: cache() });
}

/** All pages, as a list that is scrolled to its end. */
async function pages() {
  const scrolled = client().watchQuery({ query: gql(SWAPS), variables: { first: 500 } });
  const watching = scrolled.subscribe(() => {});
  const shown = (wanted) => firstValueFrom(scrolled.pipe(filter(({ loading, data }) => !loading && wanted(data.swaps))));
  const { block, totalCount, pageInfo } = (await shown(() => true)).data.swaps;
  let last = pageInfo;
  let count = 1;
  while (last.hasNextPage) {
    const more = await scrolled.fetchMore({ variables: { after: last.endCursor } });
    last = more.data.swaps.pageInfo;
    count += 1;
  }
  const { data } = await shown((swaps) => !swaps.pageInfo.hasNextPage);
  watching.unsubscribe();
  tell({ swaps: data.swaps.edges.map((edge) => edge.node), pages: count, block, totalCount });
}

/** What was read is not read again; a pool of the list is the pool itself. */
async function normalised() {
  const { methods, fetch } = counted();
  const apollo = client(fetch);
  const list = await apollo.query({ query: gql(POOLS), variables: { first: 20 } });
  const again = await apollo.query({ query: gql(POOLS), variables: { first: 20 } });
  const [first] = list.data.pools.nodes;
  const id = apollo.cache.identify(first);
  const fragment = gql`fragment Found on Pool { id swapCount token0 { address symbol } }`;
  const found = apollo.cache.readFragment({ id, fragment });
  const one = await apollo.query({ query: gql(POOL), variables: { id: first.id } });
  const entities = Object.keys(apollo.cache.extract());
  tell({
    cache: {
      requests: methods.length,
      same: again.data === list.data,
      id,
      found,
      pool: one.data.pool,
      list: list.data.pools,
      entities: entities.filter((key) => /^(Pool|Token):/.test(key)).length,
    },
  });
}

async function failure(run) {
  try {
    const { data, error } = await run();
    return { data, ...described(error) };
  } catch (error) {
    return described(error);
  }
}

function described(error) {
  if (!error) return { kind: "none" };
  if (!CombinedGraphQLErrors.is(error)) return { kind: error.name, message: error.message };
  const errors = error.errors.map(({ message, path, extensions }) => ({ message, path, code: extensions?.code }));
  return { kind: error.name, errors };
}

async function errors() {
  const apollo = client();
  const { data } = await apollo.query({ query: gql(POOLS), variables: { first: 1 } });
  const variables = { id: data.pools.nodes[0].id, wrong: "0x12" };
  const ask = (query, variables, errorPolicy) => () => apollo.query({ query: gql(query), variables, errorPolicy });
  tell({
    errors: {
      unknown: await failure(ask(UNKNOWN)),
      variable: await failure(ask(SWAPS, { first: 0 })),
      half: await failure(ask(HALF, variables, "all")),
    },
    id: variables.id,
  });
}

/** Automatic persisted queries: the document goes over the wire once. */
async function persisted() {
  const { methods, fetch } = counted();
  const sha256 = (text) => createHash("sha256").update(text).digest("hex");
  const link = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
  const ask = () => {
    const http = new HttpLink({ uri: `${base}/graphql`, fetch });
    const apollo = new ApolloClient({ link: link.concat(http), cache: cache() });
    return apollo.query({ query: gql(POOLS.replace("Pools", "ApolloPools")), variables: { first: 3 } });
  };
  const first = await ask();
  const second = await ask();
  tell({ persisted: { methods, first: first.data.pools.nodes.length, second: second.data.pools.nodes.length } });
}

await pages();
await normalised();
await errors();
await persisted();
