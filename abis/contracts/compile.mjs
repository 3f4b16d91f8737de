// Compiles every contract in src/ with the pinned solc and writes its ABI and creation bytecode to out/NAME.json.
// Usage: node compile.mjs FOLDER_THAT_HOLDS_NODE_MODULES [--check]
import { createRequire } from "node:module";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [tools, flag] = process.argv.slice(2);
if (!tools) {
  console.error("usage: node compile.mjs FOLDER_THAT_HOLDS_NODE_MODULES [--check]");
  process.exit(2);
}
const solc = createRequire(join(resolve(tools), "package.json"))("solc");

const sources = {};
for (const file of readdirSync(join(here, "src")).sort()) {
  sources[file] = { content: readFileSync(join(here, "src", file), "utf8") };
}
const input = {
  language: "Solidity",
  sources,
  settings: {
    evmVersion: "cancun",
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
const problems = output.errors ?? [];
for (const problem of problems) console.error(problem.formattedMessage);
if (problems.some((problem) => problem.severity === "error")) process.exit(1);

let stale = 0;
for (const contracts of Object.values(output.contracts)) {
  for (const [name, contract] of Object.entries(contracts)) {
    const bytecode = contract.evm.bytecode.object;
    if (!bytecode) continue; // interfaces and abstract contracts
    const compiled = { contractName: name, abi: contract.abi, bytecode: `0x${bytecode}` };
    // probes are never deployed: a node is given their code itself
    if (name.endsWith("Probe")) compiled.deployedBytecode = `0x${contract.evm.deployedBytecode.object}`;
    const text = JSON.stringify(compiled, null, 2) + "\n";
    const target = join(here, "out", `${name}.json`);
    if (flag === "--check") {
      let committed = "";
      try {
        committed = readFileSync(target, "utf8");
      } catch {
        // a missing file is as stale as a different one
      }
      if (committed !== text) {
        console.error(`${target} does not match its source: run compile.mjs without --check`);
        stale += 1;
      }
    } else {
      writeFileSync(target, text);
    }
  }
}
process.exit(stale ? 1 : 0);
