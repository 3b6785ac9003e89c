// Property tests walk the same cases in every `npm test`, so that a change is judged by what it changed.
// `npm run test:properties` walks new ones, and more of them.
import fc from "fast-check";

const EVERYDAY_SEED = 20_261_201;
const { QUARTERDECK_PROPERTY_SEED: seed, QUARTERDECK_PROPERTY_RUNS: runs } = process.env;

fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  seed: seed === undefined ? EVERYDAY_SEED : Number(seed),
  ...(runs === undefined ? {} : { numRuns: Number(runs) }),
});
