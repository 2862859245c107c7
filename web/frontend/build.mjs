// Bundles every src/*.js (and the CSS it imports) with content hashes, makes one sprite of the icons
// our pages really use, and writes manifest.json, from which web/assets.py takes the names.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const WEB = path.dirname(HERE);
const OUT = path.join(WEB, 'static', 'dist');
const ICONS = path.join(HERE, 'node_modules', '@tabler', 'icons', 'icons', 'outline');

// Chrome 109 is the last for Windows 7; 360 and UOS browsers, and WeChat's, are of that age.
const TARGET = ['chrome109', 'firefox115', 'safari16.4'];

async function bundles(out) {
  const entries = fs.readdirSync(path.join(HERE, 'src')).filter((name) => name.endsWith('.js'));
  const result = await esbuild.build({
    absWorkingDir: HERE,
    entryPoints: entries.map((name) => path.join('src', name)),
    bundle: true,
    minify: true,
    format: 'iife',
    target: TARGET,
    outdir: out,
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.svg': 'file', '.png': 'file' },
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'linked',
    metafile: true,
    logLevel: 'warning',
  });
  const names = {};
  for (const [file, meta] of Object.entries(result.metafile.outputs)) {
    if (!meta.entryPoint) continue;
    const entry = path.basename(meta.entryPoint, '.js');
    names[`${entry}.js`] = path.basename(file);
    if (meta.cssBundle) names[`${entry}.css`] = path.basename(meta.cssBundle);
  }
  return names;
}

/** Names of icons in templates and Python: icon('name'), icon="name", icon: 'name', data-icon="name". */
function usedIcons(folder, found = new Set()) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!['frontend', 'static', '__pycache__'].includes(entry.name)) usedIcons(file, found);
    } else if (/\.(html|py)$/.test(entry.name)) {
      const text = fs.readFileSync(file, 'utf8');
      for (const match of text.matchAll(/\bicon"?(?:\(|=|:)\s*['"]([a-z0-9-]+)['"]/g)) found.add(match[1]);
    }
  }
  return found;
}

function symbol(name) {
  const file = path.join(ICONS, `${name}.svg`);
  if (!fs.existsSync(file)) throw new Error(`There is no icon called "${name}" in @tabler/icons (outline).`);
  const inner = fs
    .readFileSync(file, 'utf8')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<path stroke="none"[^>]*\/>/, '')
    .replace(/\s+/g, ' ')
    .trim();
  return (
    `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" ` +
    `stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`
  );
}

function sprite(out) {
  const names = [...usedIcons(WEB)].sort();
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">${names.map(symbol).join('')}</svg>`;
  const hash = crypto.createHash('sha256').update(svg).digest('hex').slice(0, 8).toUpperCase();
  const name = `icons-${hash}.svg`;
  fs.writeFileSync(path.join(out, name), svg);
  return { name, count: names.length };
}

// Build beside the old files and swap at the end: a running server never sees half a build.
const NEXT = path.join(HERE, 'node_modules', '.next-build');
fs.rmSync(NEXT, { recursive: true, force: true });
fs.mkdirSync(NEXT, { recursive: true });
const manifest = await bundles(NEXT);
const icons = sprite(NEXT);
manifest['icons.svg'] = icons.name;
fs.writeFileSync(path.join(NEXT, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
fs.mkdirSync(path.dirname(OUT), { recursive: true });
fs.rmSync(OUT, { recursive: true, force: true });
fs.renameSync(NEXT, OUT);
console.log(`${Object.keys(manifest).length} files, ${icons.count} icons → web/static/dist`);
