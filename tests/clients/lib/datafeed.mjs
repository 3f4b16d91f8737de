// A UDF datafeed as charting libraries have it: what it asks, in which order, and what it makes of the answers. Written from the
// protocol (docs/feeds.md); no package on npm has the libraries' own one.

const MINUTE = 60;

/** Seconds of so many bars. */
export function seconds(resolution, bars) {
  const days = { D: 1, W: 7, M: 31 }[resolution.at(-1)];
  return bars * (days ? days * 1440 : Number(resolution)) * MINUTE;
}

/** The digits of a column, which JSON.parse would round. */
function digits(text, name) {
  const found = new RegExp(`"${name}":\\[([^\\]]*)\\]`).exec(text);
  return found?.[1] ? found[1].split(",") : [];
}

export class Datafeed {
  asked = 0;
  /** What was refused when more of a range was asked for. */
  refusals = [];

  /** At most `limit` bars come at once, the newest: what limitedServerResponse of the libraries is for. */
  constructor(base, limit) {
    this.base = base;
    this.limit = limit;
  }

  async #send(path, parameters = {}) {
    this.asked += 1;
    const answer = await fetch(`${this.base}/udf/${path}?${new URLSearchParams(parameters)}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    const text = await answer.text();
    return { text, said: JSON.parse(text) };
  }

  async config() {
    this.configuration = (await this.#send("config")).said;
    return this.configuration;
  }

  async time() {
    return (await this.#send("time")).said;
  }

  async search(query) {
    const parameters = { limit: 30, query: query.toUpperCase(), type: "", exchange: "" };
    return (await this.#send("search", parameters)).said;
  }

  async resolve(symbol) {
    return (await this.#send("symbols", { symbol })).said;
  }

  async quotes(symbols) {
    return (await this.#send("quotes", { symbols: symbols.join(",") })).said;
  }

  async #bars(parameters) {
    const { said, text } = await this.#send("history", parameters);
    if (said.s !== "ok" && said.s !== "no_data") throw new Error(said.errmsg);
    if (said.s === "no_data") return { bars: [], noData: true, nextTime: said.nextTime };
    const [o, h, l, c, v] = ["o", "h", "l", "c", "v"].map((name) => digits(text, name));
    const bars = said.t.map((time, i) => ({ time, open: o[i], high: h[i], low: l[i], close: c[i], volume: v[i] }));
    return { bars, noData: false };
  }

  /** The bars of a range; what a limited answer leaves out is asked for again. */
  async getBars(info, resolution, { from, to, countBack }) {
    const parameters = { symbol: info.ticker, resolution, from, to };
    if (countBack !== undefined) parameters.countback = countBack;
    if (info.currency_code !== undefined) parameters.currencyCode = info.currency_code;
    if (info.unit_id !== undefined) parameters.unitId = info.unit_id;
    const found = await this.#bars(parameters);
    try {
      await this.#rest(found.bars, parameters);
    } catch (error) {
      // as the libraries do: what came first is good, and the chart asks for what is older anyway
      this.refusals.push(error.message);
    }
    return found;
  }

  async #rest(bars, parameters) {
    let { length } = bars;
    while (this.limit > 0 && length === this.limit && parameters.from < parameters.to) {
      if (parameters.countback) parameters.countback -= length;
      parameters.to = bars[0].time;
      const more = await this.#bars(parameters);
      length = more.bars.length;
      bars.unshift(...more.bars);
    }
  }
}
