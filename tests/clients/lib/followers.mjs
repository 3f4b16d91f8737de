// One way to subscribe for each client: `follow(document, variables, { next, error, complete })`, and `close()`.
import { ApolloClient, InMemoryCache, gql } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient as createEvents } from "graphql-sse";
import { createClient as createSocket } from "graphql-ws";
import { onEnd, pipe, subscribe } from "wonka";
import WebSocket from "ws";

// as in a page: Apollo's link asks the global one what kind an error is of
globalThis.WebSocket ??= WebSocket;

/** `graphql-ws`, which connects again by itself, and asks again for what it was subscribed to. */
function socket(base, connected) {
  return createSocket({
    url: `${base.replace(/^http/, "ws")}/graphql/ws`,
    webSocketImpl: WebSocket,
    retryAttempts: 1_000,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 200)),
    on: { connected },
  });
}

/** urql's answers, each an error or data, and their end. When a stream of events ends it gives the last data again, as such that
 * nothing follows. */
function listen(source, { next, error, complete }) {
  const hear = (result) => {
    if (result.error) error(result.error);
    else if (result.hasNext) next(result.data);
  };
  pipe(source, onEnd(complete), subscribe(hear));
}

export const FOLLOWERS = {
  "graphql-ws": (base, connected) => {
    const client = socket(base, connected);
    return {
      follow: (query, variables, sink) =>
        client.subscribe({ query, variables }, { ...sink, next: ({ data }) => sink.next(data) }),
      close: () => client.dispose(),
    };
  },

  apollo: (base, connected) => {
    const client = socket(base, connected);
    const apollo = new ApolloClient({ link: new GraphQLWsLink(client), cache: new InMemoryCache() });
    return {
      follow: (document, variables, { next, error, complete }) => {
        const answers = apollo.subscribe({ query: gql(document), variables, fetchPolicy: "no-cache" });
        answers.subscribe({
          next: (result) => (result.error ? error(result.error) : next(result.data)),
          error,
          complete,
        });
      },
      close: () => client.dispose(),
    };
  },

  urql: (base, connected) => {
    const client = socket(base, connected);
    const forwardSubscription = ({ query, variables }) => ({
      subscribe: (sink) => ({ unsubscribe: client.subscribe({ query, variables }, sink) }),
    });
    const exchanges = [subscriptionExchange({ forwardSubscription })];
    const urql = new Client({ url: `${base}/graphql`, exchanges, preferGetMethod: false });
    return {
      follow: (document, variables, sink) => listen(urql.subscription(document, variables), sink),
      close: () => client.dispose(),
    };
  },

  // urql's own way of reading event streams
  "urql-events": (base) => {
    const url = `${base}/graphql/stream`;
    const urql = new Client({ url, exchanges: [fetchExchange], fetchSubscriptions: true, preferGetMethod: false });
    return {
      follow: (document, variables, sink) => listen(urql.subscription(document, variables), sink),
      close: () => {},
    };
  },

  "graphql-sse": (base) => {
    const client = createEvents({
      url: `${base}/graphql/stream`,
      retryAttempts: 1_000,
      retry: () => new Promise((resolve) => setTimeout(resolve, 200)),
    });
    return {
      follow: (query, variables, sink) =>
        client.subscribe({ query, variables }, { ...sink, next: ({ data }) => sink.next(data) }),
      close: () => client.dispose(),
    };
  },
};
