// How these programs talk to the test that starts them: a line of JSON for each thing they saw, and a line for each order.
import { createInterface } from "node:readline";

export function tell(line) {
  process.stdout.write(JSON.stringify(line) + "\n");
}

/** The base URL of the service, and what else was said on the command line. */
export function told() {
  const [base, ...rest] = process.argv.slice(2);
  if (!base) {
    console.error(`usage: node ${process.argv[1]} BASE_URL …`);
    process.exit(2);
  }
  return [base, ...rest];
}

/** Orders as they come, until there are none any more. */
export function orders() {
  return createInterface({ input: process.stdin });
}

/** A `fetch` that counts: how often it was called, and with which methods. */
export function counted() {
  const methods = [];
  const counting = (url, options) => {
    methods.push(options?.method ?? "GET");
    return fetch(url, options);
  };
  return { methods, fetch: counting };
}
