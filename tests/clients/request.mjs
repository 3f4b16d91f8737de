// graphql-request: pages and errors. Usage: node request.mjs BASE_URL
import { ClientError, GraphQLClient } from "graphql-request";
import { HALF, POOLS, SWAPS, UNKNOWN } from "./lib/documents.mjs";
import { tell, told } from "./lib/talk.mjs";

const [base] = told();
const client = new GraphQLClient(`${base}/graphql`);

async function pages() {
  const swaps = [];
  let page;
  let count = 0;
  do {
    const after = page?.pageInfo.endCursor;
    ({ swaps: page } = await client.request(SWAPS, { first: 333, after }));
    swaps.push(...page.edges.map((edge) => edge.node));
    count += 1;
  } while (page.pageInfo.hasNextPage);
  tell({ swaps, pages: count, block: page.block, totalCount: page.totalCount });
}

async function failure(document, variables) {
  try {
    await client.request(document, variables);
    return { kind: "none" };
  } catch (error) {
    if (!(error instanceof ClientError)) return { kind: error.name, message: error.message };
    const { data, errors, status } = error.response;
    const listed = errors.map(({ message, path, extensions }) => ({ message, path, code: extensions?.code }));
    return { kind: "ClientError", status, data, errors: listed };
  }
}

async function errors() {
  const { pools } = await client.request(POOLS, { first: 1 });
  const variables = { id: pools.nodes[0].id, wrong: "0x12" };
  tell({
    errors: {
      unknown: await failure(UNKNOWN),
      variable: await failure(SWAPS, { first: 0 }),
      half: await failure(HALF, variables),
    },
    id: variables.id,
  });
}

await pages();
await errors();
