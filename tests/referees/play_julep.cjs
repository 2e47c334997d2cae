// The npm SDK of Julep 2 at work. Arguments: the folder with node_modules, tokens (good, bad).
const [folder, good, bad] = process.argv.slice(2);
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const from = createRequire(folder + "/");
const { Julep } = from("@julep/sdk");

async function main() {
  let requests = 0;
  const counting = (...all) => ((requests += 1), fetch(...all));
  const client = new Julep({ apiKey: good, fetch: counting });
  const { secrets } = client;
  const refused = async (call) => {
    const before = requests;
    try {
      await call();
    } catch (error) {
      return [error.constructor.name, error.status, error.error, requests - before];
    }
    return null;
  };
  const about = readFileSync(folder + "/node_modules/@julep/sdk/package.json");
  const report = { version: JSON.parse(about).version };
  const secret = await secrets.create({
    name: "stripe_api_key",
    value: "sk_made_up_value",
    description: "Stripe API key for payment processing",
    metadata: { environment: "production", rotate: 90 },
  });
  report.created = secret;
  const again = { name: "stripe_api_key", value: "another" };
  report.duplicate = await refused(() => secrets.create(again));
  report["bad name"] = await refused(() => secrets.create({ name: "1a", value: "v" }));
  report.updated = await secrets.update(secret.id, { ...again, name: "renamed" });
  for (let number = 0; number < 3; number += 1) {
    await secrets.create({ name: `n${number}`, value: "v" });
  }
  report.listed = (await secrets.list()).map((one) => one.name);
  report.paged = (await secrets.list({ limit: 2, offset: 2 })).map((one) => one.name);
  report.deleted = await secrets.delete(secret.id);
  report["delete again"] = await refused(() => secrets.delete(secret.id));
  const stranger = new Julep({ apiKey: bad, fetch: counting });
  report["bad key"] = await refused(() => stranger.secrets.list());
  console.log(JSON.stringify(report));
}

main();
