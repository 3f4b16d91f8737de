// What every client asks for, as a frontend would write it.

/** All swaps, page by page. */
export const SWAPS = `query Swaps($first: Int!, $after: String) {
  swaps(first: $first, after: $after) {
    block { number hash }
    totalCount
    edges { cursor node { id blockNumber timestamp txHash poolId amount0 amount1 } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

/** A list of pools, the busiest first. */
export const POOLS = `query Pools($first: Int!) {
  pools(orderBy: SWAPS, first: $first) {
    block { number }
    nodes { id protocol swapCount token0 { address symbol } token1 { address symbol } }
  }
}`;

export const POOL = `query Pool($id: String!) {
  pool(id: $id) { id swapCount token0 { address symbol } token1 { address symbol } }
}`;

/** One field fails, its neighbour does not. */
export const HALF = `query Half($id: String!, $wrong: String!) {
  good: pool(id: $id) { id }
  bad: pool(id: $wrong) { id }
}`;

export const UNKNOWN = `query Unknown { nothing }`;

export const SWAP_NEWS = `subscription SwapNews {
  swaps {
    block { number hash }
    retracted { number hash }
    swaps { id blockNumber timestamp txHash poolId amount0 amount1 }
  }
}`;

export const POOL_NEWS = `subscription PoolNews($id: String!) {
  pool(id: $id) { block { number hash } retracted { number } pool { id swapCount } }
}`;
