// The npm SDK of inference.sh at work. Arguments: node_modules' folder, URL, tokens (good, reader).
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, baseUrl, good, reader] = process.argv.slice(2);
// It is made for bundlers, which find `./client` where node wants `./client.js`.
const resolve = `export async function resolve(name, context, next) {
  try {
    return await next(name, context);
  } catch (error) {
    if (!name.startsWith(".")) throw error;
    return next(name + ".js", context).catch(() => next(name + "/index.js", context));
  }
}`;
register("data:text/javascript," + encodeURIComponent(resolve));
const home = folder + "/node_modules/@inferencesh/sdk";
const sdk = await import(pathToFileURL(home + "/dist/index.js"));

const client = sdk.inference({ apiKey: good, baseUrl });
const refused = async (call) => {
  try {
    await call();
  } catch (error) {
    const { type, status } = JSON.parse(error.responseBody);
    return [sdk.isInferenceError(error), error.statusCode, status, type, error.message];
  }
  return null;
};
const { secrets } = client;
const data = async (call) => (await call).data;
const report = {};
report.created = await data(
  secrets.create({ key: "API_KEY", value: "first-made-up", description: "what for" }),
);
report.replaced = await data(secrets.create({ key: "API_KEY", value: "second-made-up" }));
report.updated = await data(
  secrets.update("API_KEY", { value: "third-made-up", description: "what else" }),
);
report.revealed = await data(secrets.reveal("API_KEY"));
for (let number = 0; number < 5; number += 1) {
  await secrets.create({ key: `N${number}`, value: "v" });
}
report.listed = await data(secrets.list());
report.pages = [];
let cursor = "";
do {
  const page = await data(secrets.list({ limit: 2, cursor }));
  report.pages.push(page.items.map((one) => one.key));
  cursor = page.has_next ? page.next_cursor : "";
} while (cursor);
const filters = [{ field: "key", operator: "in", value: ["N1", "N3"] }];
report.filtered = (await data(secrets.list({ filters }))).items.map((one) => one.key);
report.checked = await data(
  client.integrations.checkRequirements({
    secrets: [{ key: "API_KEY" }, { key: "ABSENT" }],
    integrations: [],
  }),
);
report.me = await data(client.teams.me());
report.teams = await data(client.teams.list());
report.deleted = await secrets.delete("API_KEY");
report["reveal of a deleted one"] = await refused(() => secrets.reveal("API_KEY"));
report["bad name"] = await refused(() => secrets.create({ key: "1 a", value: "v" }));
report["no value"] = await refused(() => secrets.create({ key: "A" }));
const reading = sdk.inference({ apiKey: reader, baseUrl }).secrets;
report.readable = (await data(reading.list())).items.length;
report.reader = await refused(() => reading.reveal("N1"));
const stranger = sdk.inference({ apiKey: "inf_made_up", baseUrl }).secrets;
report["bad key"] = await refused(() => stranger.list());
report.version = JSON.parse(readFileSync(home + "/package.json")).version;
console.log(JSON.stringify(report));
