// Subscriptions by one client: tells what comes until it is told to end. Usage: node follow.mjs BASE_URL CLIENT POOL
import { POOL_NEWS, SWAP_NEWS } from "./lib/documents.mjs";
import { FOLLOWERS } from "./lib/followers.mjs";
import { orders, tell, told } from "./lib/talk.mjs";

const [base, name, pool] = told();
let connections = 0;
const follower = FOLLOWERS[name](base, () => tell({ connected: ++connections }));

let ending = false;

function follow(what, document, variables) {
  let over = false;
  const again = (why) => {
    if (ending || over) return;
    over = true;
    tell({ ended: what, why });
    // the service stopped, or refused: as any application would, after a moment
    setTimeout(() => follow(what, document, variables), 200);
  };
  follower.follow(document, variables, {
    // who was told that it ended listens to another one
    next: (data) => over || tell({ [what]: data[what] }),
    error: (error) => again(describe(error)),
    complete: () => again("complete"),
  });
}

function describe(error) {
  const errors = error.errors ?? error.graphQLErrors ?? (Array.isArray(error) ? error : []);
  const codes = errors.map(({ extensions }) => extensions?.code);
  return codes.length > 0 ? codes.join(", ") : `${error.name ?? error.type}: ${error.message}`;
}

follow("swaps", SWAP_NEWS, {});
follow("pool", POOL_NEWS, { id: pool });

for await (const order of orders()) {
  if (order === "end") break;
  tell({ heard: order });
}
ending = true;
await follower.close();
process.exit(0);
