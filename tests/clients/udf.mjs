// A chart: finds symbols, goes back to the first bar, then looks for new ones. Usage: node udf.mjs BASE_URL LIMIT
import { Datafeed, seconds } from "./lib/datafeed.mjs";
import { orders, tell, told } from "./lib/talk.mjs";

/** Bars that a screen wants. */
const SCREEN = 300;

const [base, limit] = told();
const feed = new Datafeed(base, Number(limit));

/** Scrolls back until there is nothing older. `counts`: whether it says how many bars it wants, as libraries do today. */
async function scroll(info, resolution, counts) {
  const all = [];
  let to = Math.floor(Date.now() / 1000);
  let screens = 0;
  const before = feed.asked;
  for (;;) {
    const from = to - seconds(resolution, SCREEN);
    const { bars, noData, nextTime } = await feed.getBars(info, resolution, {
      from,
      to,
      countBack: counts ? SCREEN : undefined,
    });
    screens += 1;
    all.unshift(...bars);
    if (noData && nextTime === undefined) break;
    // up to and with the bar that it was told of
    to = noData ? nextTime + 1 : (counts ? bars[0].time : from);
    if (screens > 10_000) throw new Error(`${info.ticker} ${resolution} has no beginning`);
  }
  return { bars: all, screens, asked: feed.asked - before };
}

/** What a chart that is open takes in: the last bar but one as it ended, and the last one. */
class Pulse {
  last = null;

  constructor(info, resolution, bars) {
    Object.assign(this, { info, resolution, bars: new Map(bars.map((bar) => [bar.time, bar])) });
  }

  async poll() {
    const to = Math.floor(Date.now() / 1000);
    const from = to - seconds(this.resolution, 10);
    const { bars } = await feed.getBars(this.info, this.resolution, { from, to, countBack: 2 });
    const newest = bars.at(-1);
    if (newest === undefined || (this.last !== null && newest.time < this.last)) return;
    if (this.last !== null && newest.time > this.last) {
      if (bars.length < 2) throw new Error("two bars are needed");
      this.bars.set(bars.at(-2).time, bars.at(-2));
    }
    this.last = newest.time;
    this.bars.set(newest.time, newest);
  }
}

const configuration = await feed.config();
tell({ config: configuration, time: await feed.time(), now: Math.floor(Date.now() / 1000) });

const found = await feed.search("");
const pulses = [];
for (const { ticker } of found) {
  const info = await feed.resolve(ticker);
  const resolutions = pulses.length === 0 ? configuration.supported_resolutions : ["60", "1D"];
  for (const resolution of resolutions) {
    const { bars, screens, asked } = await scroll(info, resolution, true);
    tell({ ticker, info, resolution, bars, screens, asked, last: Number(bars.at(-1)?.close) });
    if (resolution === "1D") pulses.push(new Pulse(info, resolution, bars));
    if (pulses.length < 3) {
      // an old client, which does not count
      const old = await scroll(info, resolution, false);
      tell({ ticker, resolution, old: old.bars, asked: old.asked });
    }
  }
}
const wrong = await feed.resolve("nothing of the kind");
tell({ quotes: await feed.quotes(found.map(({ ticker }) => ticker)), wrong });

for (const pulse of pulses) await pulse.poll();
tell({ polling: pulses.length });
for await (const order of orders()) {
  if (order === "end") break;
  for (const pulse of pulses) await pulse.poll();
  tell({ polled: pulses.length });
}
for (const { info, resolution, bars } of pulses) {
  const now = await scroll(info, resolution, true);
  tell({ ticker: info.ticker, resolution, drawn: [...bars.values()], bars: now.bars });
}
tell({ refusals: feed.refusals });
process.exit(0);
