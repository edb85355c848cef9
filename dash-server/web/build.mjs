// Bundles the page: `node build.mjs --out DIR` fills DIR with everything the server embeds.
//
//   index.html, app-<hash>.js, app-<hash>.css, favicon.svg, licenses.txt
//   the same with .br and .gz behind the name, where that is smaller
//   manifest.txt: path, file, content type, `immutable` or `revalidate`, ETag; one asset a line, tabs between
//
// The same sources and packages give the same bytes: nothing here reads a clock or a folder name.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({ options: { out: { type: "string" } } });
if (!options.out) {
  console.error("usage: node build.mjs --out DIR");
  process.exit(2);
}
const out = options.out;

const bundle = await esbuild.build({
  absWorkingDir: root,
  entryPoints: { app: "src/main.ts" },
  bundle: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  minify: true,
  metafile: true,
  legalComments: "none",
  charset: "utf8",
  outdir: "page",
  write: false,
  logLevel: "warning",
});

const hash = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);
const output = (extension) => {
  const file = bundle.outputFiles.find((candidate) => candidate.path.endsWith(extension));
  if (!file) throw new Error(`the bundler wrote no ${extension} file`);
  return Buffer.from(file.contents);
};

const script = output(".js");
const style = output(".css");
const scriptName = `app-${hash(script)}.js`;
const styleName = `app-${hash(style)}.css`;
const page = readFileSync(join(root, "index.html"), "utf8")
  .replace("%SCRIPT%", `/${scriptName}`)
  .replace("%STYLE%", `/${styleName}`);

const assets = [
  ["/", "index.html", "text/html; charset=utf-8", Buffer.from(page)],
  [`/${scriptName}`, scriptName, "text/javascript; charset=utf-8", script],
  [`/${styleName}`, styleName, "text/css; charset=utf-8", style],
  ["/favicon.svg", "favicon.svg", "image/svg+xml", readFileSync(join(root, "favicon.svg"))],
  ["/licenses.txt", "licenses.txt", "text/plain; charset=utf-8", Buffer.from(licenses())],
];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const manifest = assets.map(([path, file, type, body]) => {
  writeFileSync(join(out, file), body);
  writeIfSmaller(`${file}.gz`, gzipSync(body, { level: 9 }), body);
  writeIfSmaller(`${file}.br`, brotli(body), body);
  const caching = file.startsWith("app-") ? "immutable" : "revalidate";
  return [path, file, type, caching, hash(body)].join("\t");
});
writeFileSync(join(out, "manifest.txt"), `${manifest.join("\n")}\n`);

function brotli(body) {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  return brotliCompressSync(body, { params: { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_SIZE_HINT]: body.length } });
}

function writeIfSmaller(file, packed, body) {
  if (packed.length < body.length) writeFileSync(join(out, file), packed);
}

// The licence of each package that ends up in the bundle, and of no other.
function licenses() {
  const folders = new Set();
  for (const input of Object.keys(bundle.metafile.inputs)) {
    const match = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) folders.add(match[1]);
  }
  const sections = [...folders].sort().map((name) => {
    const folder = join(root, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.(md|txt))?$/i.test(entry));
    if (!file || !existsSync(join(folder, file))) {
      throw new Error(`${relative(root, folder)} is bundled and has no licence file`);
    }
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return `The page of tetris-dash contains these packages.\n\n${sections.join(`\n${"-".repeat(80)}\n\n`)}`;
}
